import { expect, test } from 'vitest';
import type { OpsCommand } from './command.ts';
import { instantOf, readInput, required, wholeNumber } from './read-input.ts';

const command: OpsCommand = {
  name: 'try',
  about: '',
  argument: { name: 'ID', required: true },
  flags: { from: { value: 'TIME', about: '' }, yes: { about: '' } },
  run: async () => {},
};
const read = (...args: string[]) => readInput(command, args);

test('readInput reads the argument, values and flags', () => {
  const input = read('a', '--from', '2026-11-20T00:00Z', '--yes');
  expect(input.argument).toBe('a');
  expect(instantOf(input, 'from')?.toString()).toBe('2026-11-20T00:00:00Z');
  expect([input.has('yes'), read('a').has('yes')]).toEqual([true, false]);
});

test.each([
  [() => read(), 'ID is missing.'],
  [() => read('a', 'b'), 'Unexpected argument: b.'],
  [() => read('a', '--form', 'x'), "Unknown option '--form'."],
  [() => read('a', '--from'), "Option '--from <value>' argument missing."],
  [() => required(read('a'), 'from'), '--from is missing.'],
  [() => instantOf(read('a', '--from', '2026-11-20T00:00'), 'from'), 'is not a time such as'],
  [() => instantOf(read('a', '--from', '+275760-09-13T00:00Z'), 'from'), 'is not a time such as'],
  [() => instantOf(read('a', '--from', '0000-06-01T00:00Z'), 'from'), 'is not a time such as'],
  [() => wholeNumber('--sequence', '0'), '--sequence 0 is not a positive whole number.'],
])('%s is refused with a reason', (attempt, reason) => {
  expect(attempt).toThrow(expect.objectContaining({ name: 'WrongUse', message: expect.stringContaining(reason) }));
});
