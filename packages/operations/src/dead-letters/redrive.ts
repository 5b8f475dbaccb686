import type { Nats } from '../nats.ts';
import { replayMessage } from '../replay/replay-message.ts';
import { removeDeadLetter } from './remove-dead-letter.ts';
import { type StoredDeadLetter, whereBody } from './stored-dead-letter.ts';

/**
 * Delivers a dead letter again, only to the consumer that gave up, and removes it once the copy is
 * stored.
 * @throws Error when its body is gone or NATS does not store the copy; the dead letter then stays
 */
export async function redrive(nats: Nats, letter: StoredDeadLetter): Promise<void> {
  await deliverAgain(nats, letter);
  await removeDeadLetter(nats, letter.sequence);
}

/** The first half of a redrive. When it is repeated, the stream stores the copy once. */
export async function deliverAgain(nats: Nats, letter: StoredDeadLetter): Promise<void> {
  const { consumer, sequence, message, content } = letter;
  if (!content) throw new Error(`${whereBody(letter)}.`);
  // Unique even if the DLQ was declared again and its sequences restarted.
  const messageId = `redrive:${sequence}:${message.timestampNanos}`;
  await replayMessage(nats, content, { consumer, messageId });
}
