import type { JsMsg } from '@nats-io/jetstream';
import type { Logger } from '../process/logger.ts';
import type { Broker } from './broker.ts';
import { countDeadLetter, type DeadLetterCause } from './consumer-metrics.ts';
import { oneLine, storeDeadLetter } from './dead-letter-copy.ts';
import { readHeaders } from './message-headers.ts';

/** Prefix of the termination reason of a message that was copied to the DLQ. */
const deadLettered = 'dead letter: ';

/**
 * Dead-letters a message: copies it to `dlq.<consumer>` with its headers and the reason, waits for
 * the PubAck, and only then ends its delivery. Without a PubAck the message is redelivered.
 */
export async function deadLetter(
  deps: { broker: Broker; logger: Logger },
  dead: { durable: string; message: JsMsg; cause: DeadLetterCause; reason: string },
): Promise<void> {
  const { durable, message, reason } = dead;
  const { data, subject, time } = message;
  const { stream, streamSequence: sequence, deliveryCount: deliveries } = message.info;
  const headers = readHeaders(() => message.headers);
  const letter = { durable, stream, sequence, time, deliveries, reason, headers, data };
  const kept = await storeDeadLetter(deps.broker, letter).catch((error: unknown) => {
    deps.logger.error({ err: error, subject, sequence }, 'Dead letter could not be stored');
  });
  if (!kept) return message.nak(1_000);
  message.term(`${deadLettered}${oneLine(reason)}`);
  countDeadLetter({ consumer: durable, stream }, dead.cause);
  deps.logger.error({ subject, sequence, reason, kept }, 'Event dead-lettered');
}

/** Whether {@link deadLetter} terminated a message, and so stored it. */
export function isDeadLettered(terminatedBecause: string | undefined): boolean {
  return terminatedBecause?.startsWith(deadLettered) ?? false;
}
