import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faults } from '../faults/index.ts';
import { incidentTable } from '../report.ts';
import { incidents } from './index.ts';

const rules = readFileSync(new URL('../../../deploy/prometheus/rules/alerts.yml', import.meta.url), 'utf8');
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

test('faults and incidents have different names', () => {
  const names = [...faults, ...incidents].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('every alert is listed by a fault or an incident, and every listed alert exists', () => {
  expect(alerts.length).toBeGreaterThan(10);
  const listed = [...faults, ...incidents].flatMap((fault) => fault.alerts);
  expect([...new Set(listed)].toSorted()).toEqual(alerts.toSorted());
});

test.each(incidents)('$name lists at least one alert', ({ alerts }) => {
  expect(alerts).not.toEqual([]);
});

test('the README holds the table that --list prints', () => {
  expect(readme).toContain(`\n${incidentTable(incidents)}\n`);
});
