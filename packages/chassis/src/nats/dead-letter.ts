import type { JsMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { Logger } from '../process/logger.ts';
import type { Broker } from './broker.ts';

const maxReasonLength = 500;

/**
 * Keeps a message that cannot be handled: copies it to `dlq.<consumer>` with its headers and the reason, waits for the PubAck,
 * and only then ends its delivery. Where the copy is not acknowledged, the message comes again.
 */
export async function deadLetter(
  deps: { broker: Broker; logger: Logger },
  dead: { durable: string; message: JsMsg; reason: string },
): Promise<void> {
  const { durable, message, reason } = dead;
  const { stream, streamSequence, deliveryCount } = message.info;
  const copy = headers();
  for (const [name, values] of message.headers ?? []) for (const value of values) copy.append(name, value);
  copy.set('Dlq-Reason', oneLine(reason));
  copy.set('Dlq-Consumer', durable);
  copy.set('Dlq-Stream', stream);
  copy.set('Dlq-Sequence', String(streamSequence));
  copy.set('Dlq-Deliveries', String(deliveryCount));
  copy.set('Dlq-Time', new Date().toISOString());
  try {
    // Not the event's own id: two consumers may both give up on one event, and the stream would drop the second letter.
    const msgID = `${durable}:${stream}:${streamSequence}`;
    await deps.broker.jetstream.publish(`dlq.${durable}`, message.data, { headers: copy, msgID });
  } catch (error) {
    deps.logger.error(
      { err: error, subject: message.subject, sequence: message.seq },
      'a dead letter could not be kept',
    );
    return message.nak(1_000);
  }
  message.term(oneLine(reason));
  deps.logger.error({ subject: message.subject, sequence: message.seq, reason }, 'an event became a dead letter');
}

/** A header's value must not break the line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, maxReasonLength);
}
