import type { Nats } from '../nats.ts';
import { replayMessage } from '../replay/replay-message.ts';
import { removeDeadLetter } from './remove-dead-letter.ts';
import { type StoredDeadLetter, whereBody } from './stored-dead-letter.ts';

/**
 * Delivers a dead letter again, only to the consumer that gave up, and removes it once the copy is
 * stored.
 * @returns the sequence of the copy on REPLAY
 * @throws TooLarge for one that NATS does not take, and Error when its body is gone or NATS does not store the copy; the dead letter then stays
 */
export async function redrive(nats: Nats, letter: StoredDeadLetter): Promise<number> {
  const copy = await deliverAgain(nats, letter);
  await removeDeadLetter(nats, letter.sequence);
  return copy;
}

/** The first half of a redrive. When it is repeated, the stream stores the copy once. */
export async function deliverAgain(nats: Nats, letter: StoredDeadLetter): Promise<number> {
  const { consumer, sequence, message, content } = letter;
  if (!content) throw new Error(`${whereBody(letter)}.`);
  // Unique even if the DLQ was declared again and its sequences restarted.
  const messageId = `redrive:${sequence}:${message.timestampNanos}`;
  return replayMessage(nats, content, { consumer, messageId });
}
