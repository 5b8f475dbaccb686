import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Broker, Logger } from '@punctual/chassis';
import type { Uuid } from '@punctual/contracts';
import { type Change, readChange, type Source } from './change.ts';
import { orderedConsumer, reading } from './follow-stream.ts';

export type Gap = {
  source: Source;
  born: number;
  assignmentId: Uuid;
  /** Has been seen. */
  after: number;
  /** Is to be read, too. */
  until: number;
  /** Aborted when nobody wants it any more. */
  signal: AbortSignal;
};

/**
 * Reads a part of a stream for the changes of one assignment. The subjects do not name assignments, so every message of the
 * gap comes by.
 */
export async function readMissed(deps: { broker: Broker; logger: Logger }, gap: Gap): Promise<Change[]> {
  const missed: Change[] = [];
  if (gap.signal.aborted) return missed;
  const consumer = await orderedConsumer(deps.broker, gap.source, gap.after + 1);
  try {
    for await (const message of messagesOf(consumer, gap)) {
      const change = readChange(deps.logger, gap.assignmentId, { ...gap, message });
      if (change) missed.push(change);
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return missed;
}

async function* messagesOf(consumer: Consumer, { until, signal }: Gap): AsyncGenerator<JsMsg> {
  // What was in the gap may have been removed, and there is nothing to wait for then.
  const { num_pending } = await consumer.info(true);
  if (num_pending === 0) return;
  const messages = await consumer.consume(reading);
  const stop = () => messages.close();
  signal.addEventListener('abort', stop);
  try {
    for await (const message of messages) {
      if (message.seq <= until) yield message;
      if (message.seq >= until || message.info.pending === 0) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await stop();
  }
}
