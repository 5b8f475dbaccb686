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

/** Changes of the assignment up to and with the position `reached`; `messages` were read to find them. */
export type Part = { changes: Change[]; reached: number; messages: number };

/** Where a part ends, so that nobody waits long for a reader, and little is held for a client that takes it slowly. */
const most = { messages: 10_000, changes: 200, ms: 250 };

/**
 * Reads the beginning of a gap for the changes of one assignment. The subjects do not name assignments, so every message of the
 * gap comes by.
 * @throws when reading ends before the part does
 */
export async function readPart(deps: { broker: Broker; logger: Logger }, gap: Gap): Promise<Part> {
  const part: Part = { changes: [], reached: gap.after, messages: 0 };
  const endsAt = performance.now() + most.ms;
  const take = (message: JsMsg): boolean => {
    const change = readChange(deps.logger, gap.assignmentId, { ...gap, message });
    if (change) part.changes.push(change);
    part.messages += 1;
    part.reached = message.seq;
    return part.messages < most.messages && part.changes.length < most.changes && performance.now() < endsAt;
  };
  const consumer = await orderedConsumer(deps.broker, gap.source, gap.after + 1);
  try {
    const ended = await scan(consumer, gap, take);
    if (ended === 'gap') part.reached = gap.until;
    else if (ended === 'early') throw new Error('Reading a gap ended early.', { cause: gap.signal.reason });
    return part;
  } finally {
    await consumer.delete().catch(() => undefined);
  }
}

/** Reads until the gap ends, or `take` has enough. */
async function scan(
  consumer: Consumer,
  { until, signal }: Gap,
  take: (message: JsMsg) => boolean,
): Promise<'gap' | 'enough' | 'early'> {
  // What was in the gap may have been removed, and there is nothing to wait for then.
  const { num_pending } = await consumer.info(true);
  if (num_pending === 0) return 'gap';
  const messages = await consumer.consume(reading);
  const stop = () => messages.close();
  signal.addEventListener('abort', stop);
  try {
    for await (const message of messages) {
      const isEnough = message.seq <= until && !take(message);
      if (message.seq >= until || message.info.pending === 0) return 'gap';
      if (isEnough) return 'enough';
    }
    return 'early';
  } finally {
    signal.removeEventListener('abort', stop);
    await stop();
  }
}
