import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileOf } from './configuration.ts';
import { telemetryPage, withTelemetryTables } from './telemetry-page.ts';

test('docs/telemetry.md matches the registry (npm run docs)', () => {
  expect(readFileSync(fileOf(telemetryPage), 'utf8')).toBe(withTelemetryTables());
});
