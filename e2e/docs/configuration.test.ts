import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configurationPages, fileOf, withTable } from './configuration.ts';

test.each(configurationPages)('the settings in $file match the schema (npm run docs)', (page) => {
  expect(readFileSync(fileOf(page.file), 'utf8')).toBe(withTable(page));
});
