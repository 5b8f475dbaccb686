import { z } from 'zod';
import type { Logger } from '../process/logger.ts';
import type { Broker, BrokerHandle } from './broker.ts';
import type { Handling, Identified, Source } from './consumer.ts';
import { isKept } from './dead-letter.ts';
import { keepLetter } from './letter.ts';
import { readHeaders } from './message-headers.ts';

/**
 * JetStream's advisory that it stops delivering a message: `max_deliver` is reached, or a client
 * terminated it.
 */
const Advisory = z.object({
  id: z.string(),
  timestamp: z.string(),
  stream: z.string(),
  stream_seq: z.int(),
  deliveries: z.int(),
  reason: z.string().optional(),
});
type GivenUp = Identified & Omit<z.infer<typeof Advisory>, 'timestamp'>;

/**
 * The source of the advisories about a durable. They are in a stream, since core messages are lost
 * while no instance listens.
 */
export function advisoriesOn(durable: string, streams: readonly string[]): Source {
  const subjects = streams.flatMap((stream) =>
    ['MAX_DELIVERIES', 'MSG_TERMINATED'].map((kind) => `$JS.EVENT.ADVISORY.CONSUMER.${kind}.${stream}.${durable}`),
  );
  return { stream: 'ADVISORY', subjects };
}

/**
 * Keeps as dead letters the messages that JetStream gave up on, except those that {@link isKept}
 * knows.
 */
export function keepGivenUp(deps: { broker: BrokerHandle; logger: Logger }, durable: string): Handling<GivenUp> {
  return {
    durable,
    read: (json) => {
      const { timestamp, ...advisory } = Advisory.parse(json);
      return { ...advisory, time: timestamp };
    },
    handle: async (messages) => {
      const broker = await deps.broker.connected();
      for (const { event } of messages) if (!isKept(event.reason)) await keep(broker, deps.logger, durable, event);
    },
    // Retried without limit: an advisory never becomes a dead letter itself.
    maxDeliveries: Number.POSITIVE_INFINITY,
  };
}

async function keep(broker: Broker, logger: Logger, durable: string, givenUp: GivenUp): Promise<void> {
  const { stream, stream_seq: sequence, deliveries } = givenUp;
  const message = await broker.manager.streams.getMessage(stream, { seq: sequence });
  if (!message) {
    logger.error(
      { consumer: durable, stream, sequence },
      'JetStream gave up on an event that its stream no longer has',
    );
    return;
  }
  const reason = givenUp.reason
    ? `terminated: ${givenUp.reason}`
    : `JetStream gave up after ${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'}`;
  const { data, subject, time } = message;
  const headers = readHeaders(() => message.header);
  const kept = await keepLetter(broker, { durable, stream, sequence, time, deliveries, reason, headers, data });
  logger.error({ consumer: durable, subject, sequence, reason, kept }, 'an event became a dead letter');
}
