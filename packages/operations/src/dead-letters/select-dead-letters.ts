import { readStream } from '@punctual/chassis';
import type { Nats } from '../nats.ts';
import { findOriginal } from './find-original.ts';
import { originOf, type StoredDeadLetter, toStoredDeadLetter } from './stored-dead-letter.ts';

/** Which dead letters. One must match all that is given. */
export type DeadLetterFilter = {
  consumer: string | undefined;
  type: string | undefined;
  assignment: string | undefined;
  from: Temporal.Instant | undefined;
  to: Temporal.Instant | undefined;
  sequence: number | undefined;
};

/** The dead letters that match a filter, oldest first. */
export async function selectDeadLetters(nats: Nats, filter: DeadLetterFilter): Promise<StoredDeadLetter[]> {
  const { consumer, from } = filter;
  const letters: StoredDeadLetter[] = [];
  for await (const message of readStream(nats, 'DLQ', { subjects: [`dlq.${consumer ?? '>'}`], since: from })) {
    const origin = originOf(message);
    const letter = toStoredDeadLetter(message, origin && (await findOriginal(nats, origin)));
    if (matches(letter, filter)) letters.push(letter);
  }
  return letters;
}

function matches(letter: StoredDeadLetter, { type, assignment, to, sequence }: DeadLetterFilter): boolean {
  if (type !== undefined && letter.type !== type) return false;
  if (assignment !== undefined && letter.assignmentId !== assignment) return false;
  if (sequence !== undefined && letter.sequence !== sequence) return false;
  return to === undefined || Temporal.Instant.compare(Temporal.Instant.from(letter.at), to) < 0;
}
