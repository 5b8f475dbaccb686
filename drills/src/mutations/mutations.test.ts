import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { faults } from '../faults/index.ts';
import { frequentDriftChecks, shortAckWait } from '../stack/drill-stack.ts';
import { mutations } from './mutations.ts';

const replacements = [
  ...mutations.flatMap((mutation) => ('replace' in mutation ? [mutation] : [])),
  { guard: 'the short ack wait', replace: shortAckWait },
  { guard: 'the frequent check of drift', replace: frequentDriftChecks },
];

test.each(replacements)('$guard replaces a line that occurs once in its file', ({ replace: { file, line } }) => {
  const source = readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');
  expect(source.split(line)).toHaveLength(2);
});

test.each(mutations)('$guard names a drill that exists', ({ drill }) => {
  expect(faults.map(({ name }) => name)).toContain(drill);
});
