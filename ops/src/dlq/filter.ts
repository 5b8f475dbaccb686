import type { DeadLetterFilter } from '@punctual/operations';
import { type CommandInput, type Flag, WrongUse } from '../cli/command.ts';
import { assignmentOf, consumerOf, timesOf, wholeNumber } from '../cli/read-input.ts';

/** The filters of every `dlq` command. A dead letter must match all that are given. */
export const filterFlags = {
  consumer: { value: 'NAME', about: 'only of this consumer: payouts-schedule' },
  type: { value: 'TYPE', about: 'only of this event type: schedule.confirmed' },
  assignment: { value: 'ID', about: 'only of this assignment' },
  from: { value: 'TIME', about: 'dead-lettered at or after this time: 2026-11-20T00:00Z' },
  to: { value: 'TIME', about: 'dead-lettered before this time' },
  sequence: { value: 'N', about: 'only the one with this number in the DLQ' },
} as const satisfies Record<string, Flag>;

/** @throws WrongUse */
export function readFilter(input: CommandInput): DeadLetterFilter {
  const sequence = input.text('sequence');
  return {
    consumer: consumerOf(input),
    type: input.text('type'),
    assignment: assignmentOf(input),
    ...timesOf(input),
    sequence: sequence === undefined ? undefined : wholeNumber('--sequence', sequence),
  };
}

/**
 * The same for a command that changes something: all dead letters need `--all`.
 * @throws WrongUse
 */
export function readNarrowFilter(input: CommandInput): DeadLetterFilter {
  const filter = readFilter(input);
  const isNarrow = Object.values(filter).some((part) => part !== undefined);
  if (isNarrow === input.has('all')) throw new WrongUse('Choose dead letters by a filter, or --all.');
  return filter;
}

export const allFlag: Flag = { about: 'all dead letters, instead of a filter' };
