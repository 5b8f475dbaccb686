import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Broker } from '@punctual/chassis';
import { type ChangeStream, identify } from './change.ts';
import { orderedConsumer } from './follow-stream.ts';
import { createMessageWindow, type MessageWindow } from './message-window.ts';
import { readMessages } from './read-messages.ts';

/** Part of a stream. All its messages have been stored. */
export type Block = {
  stream: ChangeStream;
  streamCreatedAt: number;
  /** The sequence before the first one. */
  after: number;
  /** The last sequence. */
  until: number;
};

/**
 * Reads a block of a stream: every message, since subjects name neither assignments nor people.
 * @throws when reading ends before the block does
 */
export async function readBlock(broker: Broker, block: Block): Promise<MessageWindow> {
  const { stream, streamCreatedAt, after, until } = block;
  const window = createMessageWindow(Number.POSITIVE_INFINITY, after);
  const consumer = await orderedConsumer(broker, stream, after + 1);
  try {
    await scan(consumer, until, (message) => window.add(identify(stream, streamCreatedAt, message)));
    return window;
  } finally {
    await consumer.delete().catch(() => undefined);
  }
}

async function scan(consumer: Consumer, until: number, take: (message: JsMsg) => void): Promise<void> {
  // The messages of the block may have been removed. Then there is nothing to wait for.
  const { num_pending } = await consumer.info(true);
  if (num_pending === 0) return;
  const messages = await readMessages(consumer);
  try {
    for await (const message of messages) {
      if (message.seq <= until) take(message);
      if (message.seq >= until || message.info.pending === 0) return;
    }
    throw new Error('Reading a block ended early.');
  } finally {
    await messages.close();
  }
}
