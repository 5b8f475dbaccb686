import { readStream } from '@punctual/chassis';
import { type CommandInput, type Flag, WrongUse } from '../cli/command.ts';
import { assignmentOf, consumerOf, timesOf, wholeNumber } from '../cli/read-input.ts';
import type { Nats } from '../system/with-nats.ts';
import { findOriginal } from './find-original.ts';
import { originOf, type StoredDeadLetter, toStoredDeadLetter } from './stored-dead-letter.ts';

/** The filters of every `dlq` command. A dead letter must match all that are given. */
export const filterFlags = {
  consumer: { value: 'NAME', about: 'only of this consumer: payouts-schedule' },
  type: { value: 'TYPE', about: 'only of this event type: schedule.confirmed' },
  assignment: { value: 'ID', about: 'only of this assignment' },
  from: { value: 'TIME', about: 'dead-lettered at or after this time: 2026-11-20T00:00Z' },
  to: { value: 'TIME', about: 'dead-lettered before this time' },
  sequence: { value: 'N', about: 'only the one with this number in the DLQ' },
} as const satisfies Record<string, Flag>;

export type Filter = {
  consumer: string | undefined;
  type: string | undefined;
  assignment: string | undefined;
  from: Temporal.Instant | undefined;
  to: Temporal.Instant | undefined;
  sequence: number | undefined;
};

/** @throws WrongUse */
export function readFilter(input: CommandInput): Filter {
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
export function readNarrowFilter(input: CommandInput): Filter {
  const filter = readFilter(input);
  const isNarrow = Object.values(filter).some((part) => part !== undefined);
  if (isNarrow === input.has('all')) throw new WrongUse('Choose dead letters by a filter, or --all.');
  return filter;
}

export const allFlag: Flag = { about: 'all dead letters, instead of a filter' };

/** The dead letters that match a filter, oldest first. */
export async function selectDeadLetters(nats: Nats, filter: Filter): Promise<StoredDeadLetter[]> {
  const { consumer, from } = filter;
  const letters: StoredDeadLetter[] = [];
  for await (const message of readStream(nats, 'DLQ', { subjects: [`dlq.${consumer ?? '>'}`], since: from })) {
    const origin = originOf(message);
    const letter = toStoredDeadLetter(message, origin && (await findOriginal(nats, origin)));
    if (matches(letter, filter)) letters.push(letter);
  }
  return letters;
}

function matches(letter: StoredDeadLetter, { type, assignment, to, sequence }: Filter): boolean {
  if (type !== undefined && letter.type !== type) return false;
  if (assignment !== undefined && letter.assignmentId !== assignment) return false;
  if (sequence !== undefined && letter.sequence !== sequence) return false;
  return to === undefined || Temporal.Instant.compare(Temporal.Instant.from(letter.at), to) < 0;
}
