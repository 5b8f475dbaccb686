import { readStream } from '@punctual/chassis';
import type { Nats } from '../nats.ts';
import { causeOf } from './cause-of.ts';
import { findOriginal } from './find-original.ts';
import { type DeadLetterMessage, originOf, type StoredDeadLetter, toStoredDeadLetter } from './stored-dead-letter.ts';

/** Which dead letters. One must match all that is given. */
export type DeadLetterFilter = {
  consumer?: string | undefined;
  /** Why, as {@link causeOf} sees it. */
  cause?: string | undefined;
  type?: string | undefined;
  assignment?: string | undefined;
  /** Dead-lettered at this time or later. */
  from?: Temporal.Instant | undefined;
  /** Dead-lettered before this time. */
  to?: Temporal.Instant | undefined;
  sequence?: number | undefined;
};

/** The dead letters that match a filter, oldest first. */
export async function selectDeadLetters(nats: Nats, filter: DeadLetterFilter): Promise<StoredDeadLetter[]> {
  const letters: StoredDeadLetter[] = [];
  for await (const { letter } of readDeadLetters(nats, filter)) if (letter) letters.push(letter);
  return letters;
}

/**
 * Reads the dead letters of the filter's consumer and time, oldest first. `letter` is undefined for
 * one that the rest of the filter excludes.
 * @param after goes on after this sequence, with the same filter
 */
export async function* readDeadLetters(
  nats: Nats,
  filter: DeadLetterFilter,
  after?: number,
): AsyncGenerator<{ sequence: number; letter: StoredDeadLetter | undefined }> {
  for await (const message of readMessages(nats, filter, { after })) {
    const letter = await toLetter(nats, message);
    yield { sequence: message.seq, letter: matches(letter, filter) ? letter : undefined };
  }
}

/**
 * Messages of the DLQ of the filter's consumer and time, oldest first.
 * @param options.after goes on after this sequence, with the same filter
 */
export async function* readMessages(
  nats: Nats,
  { consumer, from, to }: DeadLetterFilter,
  { after, headersOnly }: { after?: number | undefined; headersOnly?: boolean },
): AsyncGenerator<DeadLetterMessage> {
  const start = after === undefined ? { since: from } : { fromSequence: after + 1 };
  for await (const message of readStream(nats, 'DLQ', {
    subjects: [`dlq.${consumer ?? '>'}`],
    headersOnly,
    ...start,
  })) {
    if (to && !isBefore(message, to)) return;
    yield message;
  }
}

/** The dead letter with a sequence; undefined if it is gone. */
export async function findDeadLetter(nats: Nats, sequence: number): Promise<StoredDeadLetter | undefined> {
  const message = await nats.manager.streams.getMessage('DLQ', { seq: sequence });
  if (!message) return undefined;
  const { seq, subject, data, time, header: headers, timestamp } = message;
  const timestampNanos = Temporal.Instant.from(timestamp).epochNanoseconds;
  return toLetter(nats, { seq, subject, data, time, headers, timestampNanos });
}

async function toLetter(nats: Nats, message: DeadLetterMessage): Promise<StoredDeadLetter> {
  const origin = originOf(message);
  return toStoredDeadLetter(message, origin && (await findOriginal(nats, origin)));
}

function isBefore({ time }: DeadLetterMessage, instant: Temporal.Instant): boolean {
  const at = Temporal.Instant.fromEpochMilliseconds(time.getTime());
  return Temporal.Instant.compare(at, instant) < 0;
}

function matches(letter: StoredDeadLetter, { cause, type, assignment, sequence }: DeadLetterFilter): boolean {
  if (cause !== undefined && causeOf(letter.reason) !== cause) return false;
  if (type !== undefined && letter.type !== type) return false;
  if (assignment !== undefined && letter.assignmentId !== assignment) return false;
  return sequence === undefined || letter.sequence === sequence;
}
