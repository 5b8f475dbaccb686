import type { JsMsg } from '@nats-io/jetstream';
import type { Logger } from '../process/logger.ts';
import type { Broker } from './broker.ts';
import { keepLetter, oneLine } from './letter.ts';
import { readHeaders } from './message-headers.ts';

/** Begins the reason for which we end the delivery of a message that lies in the DLQ. */
const keptAs = 'dead letter: ';

/**
 * Keeps a message that cannot be handled: copies it to `dlq.<consumer>` with its headers and the
 * reason, waits for the PubAck, and only then ends its delivery. Where the copy is not
 * acknowledged, the message comes again.
 */
export async function deadLetter(
  deps: { broker: Broker; logger: Logger },
  dead: { durable: string; message: JsMsg; reason: string },
): Promise<void> {
  const { durable, message, reason } = dead;
  const { data, subject, time } = message;
  const { stream, streamSequence: sequence, deliveryCount: deliveries } = message.info;
  const headers = readHeaders(() => message.headers);
  const letter = { durable, stream, sequence, time, deliveries, reason, headers, data };
  const kept = await keepLetter(deps.broker, letter).catch((error: unknown) => {
    deps.logger.error({ err: error, subject, sequence }, 'a dead letter could not be kept');
  });
  if (!kept) return message.nak(1_000);
  message.term(`${keptAs}${oneLine(reason)}`);
  deps.logger.error({ subject, sequence, reason, kept }, 'an event became a dead letter');
}

/** Whether a message was terminated by {@link deadLetter}, which has kept it. */
export function isKept(terminatedBecause: string | undefined): boolean {
  return terminatedBecause?.startsWith(keptAs) ?? false;
}
