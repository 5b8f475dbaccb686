import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutations } from '../mutations/mutations.ts';
import { faultTable, mutationTable } from '../report.ts';
import { faults } from './index.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

test('faults have unique names', () => {
  const names = faults.map(({ name }) => name);
  expect(names).toHaveLength(46);
  expect(new Set(names).size).toBe(names.length);
});

test('the README holds the table that --list prints', () => {
  expect(readme).toContain(`\n${faultTable(faults)}\n`);
});

test('the README holds the table of the mutations', () => {
  expect(readme).toContain(`\n${mutationTable(mutations)}\n`);
});
