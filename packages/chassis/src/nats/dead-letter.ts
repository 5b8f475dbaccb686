import type { Logger } from '../process/logger.ts';
import type { Broker } from './broker.ts';
import { countDeadLetter, type DeadLetterCause } from './consumer-metrics.ts';
import { oneLine, storeDeadLetter } from './dead-letter-copy.ts';
import type { Delivery } from './delivery.ts';
import type { Handling, Identified } from './handling.ts';
import { readHeaders } from './message-headers.ts';
import { readIfValid } from './read-message.ts';

/** Prefix of the termination reason of a message that was copied to the DLQ. */
const deadLettered = 'dead letter: ';

/**
 * Dead-letters a message: copies it to `dlq.<consumer>` with its headers and the reason, waits for
 * the PubAck, and only then ends its delivery. Without a PubAck the message is redelivered.
 */
export async function deadLetter<E extends Identified>(
  deps: { broker: Broker; logger: Logger },
  handling: Handling<E>,
  dead: { message: Delivery; cause: DeadLetterCause; reason: string },
): Promise<void> {
  const { durable } = handling;
  const { message, reason } = dead;
  const { data, subject, time } = message;
  const { stream, streamSequence: sequence, deliveryCount: deliveries } = message.info;
  const headers = readHeaders(() => message.headers);
  const letter = { durable, stream, sequence, time, deliveries, reason, headers, data };
  const kept = await storeDeadLetter(deps.broker, letter).catch((error: unknown) => {
    deps.logger.error({ err: error, subject, sequence }, 'Dead letter could not be stored');
  });
  if (!kept) return message.nak(1_000);
  await note(deps.logger, handling, message);
  message.term(`${deadLettered}${oneLine(reason)}`);
  countDeadLetter({ consumer: durable, stream }, dead.cause);
  deps.logger.error({ subject, sequence, reason, kept }, 'Event dead-lettered');
}

/** Whether {@link deadLetter} terminated a message, and so stored it. */
export function isDeadLettered(terminatedBecause: string | undefined): boolean {
  return terminatedBecause?.startsWith(deadLettered) ?? false;
}

/** So that a comparison of the inbox with the stream does not handle it again. */
async function note<E extends Identified>(
  logger: Logger,
  { durable: consumer, read, inbox }: Handling<E>,
  message: Delivery,
): Promise<void> {
  const { stream, streamSequence: sequence } = message.info;
  const event = inbox && readIfValid({ read }, message);
  if (!event) return;
  await inbox.noteDeadLetter({ consumer, stream }, event).catch((error: unknown) => {
    logger.warn({ err: error, sequence }, 'Dead letter could not be noted in the inbox');
  });
}
