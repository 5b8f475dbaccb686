import type { JsMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { Logger } from '../process/logger.ts';
import type { Broker } from './broker.ts';

/** A message that a consumer could not handle, and where it lies. */
export type Letter = {
  durable: string;
  stream: string;
  sequence: number;
  /** When its stream took it. */
  time: Date;
  deliveries: number;
  reason: string;
  headers: MsgHdrs | undefined;
  data: Uint8Array;
};

const maxReasonLength = 500;
/** Begins the reason for which we end the delivery of a message that lies in the DLQ. */
const keptAs = 'dead letter: ';

/**
 * Keeps a message that cannot be handled: copies it to `dlq.<consumer>` with its headers and the reason, waits for the PubAck,
 * and only then ends its delivery. Where the copy is not acknowledged, the message comes again.
 */
export async function deadLetter(
  deps: { broker: Broker; logger: Logger },
  dead: { durable: string; message: JsMsg; reason: string },
): Promise<void> {
  const { durable, message, reason } = dead;
  const { data, subject, headers, time } = message;
  const { stream, streamSequence: sequence, deliveryCount: deliveries } = message.info;
  try {
    await keepLetter(deps.broker, { durable, stream, sequence, time, deliveries, reason, headers, data });
  } catch (error) {
    deps.logger.error({ err: error, subject, sequence }, 'a dead letter could not be kept');
    return message.nak(1_000);
  }
  message.term(`${keptAs}${oneLine(reason)}`);
  deps.logger.error({ subject, sequence, reason }, 'an event became a dead letter');
}

/** Whether a message was terminated by {@link deadLetter}, which has kept it. */
export function isKept(terminatedBecause: string | undefined): boolean {
  return terminatedBecause?.startsWith(keptAs) ?? false;
}

/** @throws when the DLQ did not acknowledge the copy */
export async function keepLetter(broker: Broker, letter: Letter): Promise<void> {
  const { durable, stream, sequence, time, deliveries, reason } = letter;
  const copy = headers();
  for (const [name, values] of letter.headers ?? []) {
    // What the publisher asked of its stream, such as `Nats-Expected-Stream`: this one would refuse the copy for it, for ever.
    if (!/^Nats-/i.test(name)) for (const value of values) copy.append(name, value);
  }
  copy.set('Dlq-Reason', oneLine(reason));
  copy.set('Dlq-Consumer', durable);
  copy.set('Dlq-Stream', stream);
  copy.set('Dlq-Sequence', String(sequence));
  copy.set('Dlq-Deliveries', String(deliveries));
  copy.set('Dlq-Time', new Date().toISOString());
  // Not the event's own id: two consumers may both give up on one event, and the stream would drop the second letter. With the time, for
  // the sequences of a stream that is rebuilt begin anew.
  const msgID = `${durable}:${stream}:${sequence}:${time.getTime()}`;
  await broker.jetstream.publish(`dlq.${durable}`, letter.data, { headers: copy, msgID });
}

/** A header's value must not break the line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, maxReasonLength);
}
