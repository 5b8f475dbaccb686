import { z } from 'zod';
import type { Logger } from '../process/logger.ts';
import type { Broker, BrokerHandle } from './broker.ts';
import { countDeadLetter } from './consumer-metrics.ts';
import { isDeadLettered } from './dead-letter.ts';
import { storeDeadLetter } from './dead-letter-copy.ts';
import type { ConsumerSource, Handling, Identified } from './handling.ts';
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
type DeliveryAdvisory = Identified & Omit<z.infer<typeof Advisory>, 'timestamp'>;

/**
 * The source of the advisories about a durable. They are in a stream, since core messages are lost
 * while no instance listens.
 */
export function advisoriesAbout(durable: string, streams: readonly string[]): ConsumerSource {
  const subjects = streams.flatMap((stream) =>
    ['MAX_DELIVERIES', 'MSG_TERMINATED'].map((kind) => `$JS.EVENT.ADVISORY.CONSUMER.${kind}.${stream}.${durable}`),
  );
  return { stream: 'ADVISORY', subjects };
}

/**
 * Stores as dead letters the messages that JetStream no longer delivers, except those that
 * {@link isDeadLettered} recognises.
 */
export function handleAdvisories(
  deps: { broker: BrokerHandle; logger: Logger },
  durable: string,
): Handling<DeliveryAdvisory> {
  return {
    durable,
    read: (json) => {
      const { timestamp, ...advisory } = Advisory.parse(json);
      return { ...advisory, time: timestamp };
    },
    handle: async (messages) => {
      const broker = await deps.broker.connected();
      for (const { event } of messages) {
        if (!isDeadLettered(event.reason)) await store(broker, deps.logger, durable, event);
      }
    },
    // Retried without limit: an advisory never becomes a dead letter itself.
    maxDeliveries: Number.POSITIVE_INFINITY,
  };
}

async function store(broker: Broker, logger: Logger, durable: string, advisory: DeliveryAdvisory): Promise<void> {
  const { stream, stream_seq: sequence, deliveries } = advisory;
  const message = await broker.manager.streams.getMessage(stream, { seq: sequence });
  if (!message) {
    logger.error(
      { consumer: durable, stream, sequence },
      'JetStream stopped delivering an event that its stream no longer has',
    );
    return;
  }
  const reason = advisory.reason
    ? `terminated: ${advisory.reason}`
    : `JetStream gave up after ${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'}`;
  const { data, subject, time } = message;
  const headers = readHeaders(() => message.header);
  const kept = await storeDeadLetter(broker, { durable, stream, sequence, time, deliveries, reason, headers, data });
  countDeadLetter({ consumer: durable, stream }, advisory.reason ? 'terminated' : 'given_up');
  logger.error({ consumer: durable, subject, sequence, reason, kept }, 'Event dead-lettered');
}
