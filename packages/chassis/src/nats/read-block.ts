import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { Broker } from './broker.ts';
import type { ConsumerSource } from './handling.ts';

/** Consecutive messages of a consumer's subjects, at least one, and the sequence to go on from. */
export type Block = { messages: readonly StoredMsg[]; next: number };

/** Sequences that are read at once. */
export const blockSize = 100;

/**
 * Reads the first messages of these subjects between two sequences, both included, without a
 * consumer: no service may create one. Undefined if there are none.
 */
export async function readBlock(
  { manager }: Pick<Broker, 'manager'>,
  { stream, subjects }: ConsumerSource,
  { from, to }: { from: number; to: number },
): Promise<Block | undefined> {
  const nearest = await Promise.all(subjects.map((subject) => nextOf(manager, stream, { seq: from, subject })));
  const first = Math.min(...nearest);
  if (first > to) return undefined;
  const next = Math.min(first + blockSize, to + 1);
  const sequences = Array.from({ length: next - first }, (_, index) => first + index);
  const found = await Promise.all(sequences.map((seq) => manager.streams.getMessage(stream, { seq })));
  const messages = found
    .filter((message) => message !== null)
    .filter((message) => subjects.some((subject) => matches(subject, message.subject)));
  return { messages, next };
}

/** The sequence of the first message with this subject, at this sequence or after; infinite without one. */
async function nextOf(
  manager: JetStreamManager,
  stream: string,
  { seq, subject }: { seq: number; subject: string },
): Promise<number> {
  // The client's type lacks this request.
  const request = { seq, next_by_subj: subject };
  return (await manager.streams.getMessage(stream, request))?.seq ?? Number.POSITIVE_INFINITY;
}

function matches(filter: string, subject: string): boolean {
  const wanted = filter.split('.');
  const tokens = subject.split('.');
  if (wanted.at(-1) === '>' ? tokens.length < wanted.length : tokens.length !== wanted.length) return false;
  return wanted.every((token, index) => token === '>' || token === '*' || token === tokens[index]);
}
