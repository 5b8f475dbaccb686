import { type Flag, type Input, WrongUse } from '../cli/command.ts';
import { assignmentId, consumerOf, timesOf, wholeNumber } from '../cli/read-input.ts';
import { readStream } from '../system/read-stream.ts';
import type { Nats } from '../system/with-nats.ts';
import { findOriginal } from './find-original.ts';
import { type Letter, originOf, toLetter } from './letter.ts';

/** What every command on letters takes; all that are given must hold. */
export const filterFlags = {
  consumer: { value: 'NAME', about: 'of this consumer: payouts-schedule' },
  type: { value: 'TYPE', about: 'of this type of event: schedule.confirmed' },
  assignment: { value: 'ID', about: 'of this assignment' },
  from: { value: 'TIME', about: 'that became one then or later: 2026-11-20T00:00Z' },
  to: { value: 'TIME', about: 'that became one before then' },
  sequence: { value: 'N', about: 'the one with this number in the stream DLQ' },
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
export function readFilter(input: Input): Filter {
  const sequence = input.text('sequence');
  const assignment = input.text('assignment');
  return {
    consumer: consumerOf(input),
    type: input.text('type'),
    assignment: assignment === undefined ? undefined : assignmentId(assignment),
    ...timesOf(input),
    sequence: sequence === undefined ? undefined : wholeNumber('--sequence', sequence),
  };
}

/**
 * The same for a command that changes something: to mean all letters, one has to say so.
 * @throws WrongUse
 */
export function readNarrowFilter(input: Input): Filter {
  const filter = readFilter(input);
  const isNarrow = Object.values(filter).some((part) => part !== undefined);
  if (isNarrow === input.has('all')) throw new WrongUse('Say which letters: by a filter, or --all.');
  return filter;
}

export const allFlag: Flag = { about: 'all letters, instead of a filter' };

/** The letters that a filter lets through, oldest first. */
export async function selectLetters(nats: Nats, filter: Filter): Promise<Letter[]> {
  const { consumer, from } = filter;
  const letters: Letter[] = [];
  for await (const message of readStream(nats, 'DLQ', { subjects: [`dlq.${consumer ?? '>'}`], since: from })) {
    const origin = originOf(message);
    const letter = toLetter(message, origin && (await findOriginal(nats, origin)));
    if (isMeant(letter, filter)) letters.push(letter);
  }
  return letters;
}

function isMeant(letter: Letter, { type, assignment, to, sequence }: Filter): boolean {
  if (type !== undefined && letter.type !== type) return false;
  if (assignment !== undefined && letter.assignmentId !== assignment) return false;
  if (sequence !== undefined && letter.sequence !== sequence) return false;
  return to === undefined || Temporal.Instant.compare(Temporal.Instant.from(letter.at), to) < 0;
}
