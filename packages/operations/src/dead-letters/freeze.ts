import { streamInfo } from '@punctual/chassis';
import type { Nats } from '../nats.ts';
import { causeOf } from './cause-of.ts';
import { type DeadLetterFilter, findDeadLetter, readDeadLetters, readMessages } from './select-dead-letters.ts';
import { headerOf, type StoredDeadLetter } from './stored-dead-letter.ts';

/**
 * A selection of dead letters that no longer changes: an act on it touches exactly these, and
 * nothing that arrived since. It is plain data, so that it can be stored until somebody agrees.
 */
export type FrozenSelection = {
  /** When the DLQ was created (RFC 3339): in another one these sequences mean other letters. */
  dlqCreated: string;
  /** Oldest first. */
  sequences: readonly number[];
};

const sampleSize = 10;

/** Selects the dead letters that match a filter now, with a sample: the oldest ten. */
export async function freezeDeadLetters(
  nats: Nats,
  filter: DeadLetterFilter,
): Promise<{ selection: FrozenSelection; sample: StoredDeadLetter[] }> {
  const info = await streamInfo(nats, 'DLQ');
  if (!info) throw new Error('There is no DLQ.');
  const sequences = await Array.fromAsync(sequencesOf(nats, filter));
  const found = await Promise.all(sequences.slice(0, sampleSize).map((sequence) => findDeadLetter(nats, sequence)));
  return {
    selection: { dlqCreated: info.created, sequences },
    sample: found.filter((letter) => letter !== undefined),
  };
}

/** @throws Error when the DLQ was created again since the selection was made */
export async function requireSameDlq(nats: Nats, { dlqCreated }: FrozenSelection): Promise<void> {
  const info = await streamInfo(nats, 'DLQ');
  if (info?.created !== dlqCreated)
    throw new Error('The DLQ was created again since these dead letters were selected. Select them again.');
}

/** Reads bodies only if the filter is about them. */
async function* sequencesOf(nats: Nats, filter: DeadLetterFilter): AsyncGenerator<number> {
  const { cause, type, assignment, sequence } = filter;
  if (type === undefined && assignment === undefined) {
    for await (const message of readMessages(nats, filter, { headersOnly: true })) {
      const isOther = sequence !== undefined && message.seq !== sequence;
      if (!isOther && (cause === undefined || causeOf(headerOf(message, 'Dlq-Reason')) === cause)) yield message.seq;
    }
    return;
  }
  for await (const { sequence, letter } of readDeadLetters(nats, filter)) if (letter) yield sequence;
}
