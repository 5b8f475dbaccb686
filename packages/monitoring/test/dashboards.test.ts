import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dashboardFiles } from '../src/index.ts';

test.each(dashboardFiles())('$path is current (npm run docs)', ({ path, text }) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});
