import { JetStreamApiError } from '@nats-io/jetstream';
import { headers, InvalidArgumentError, type MsgHdrs } from '@nats-io/transport-node';
import type { Broker } from './broker.ts';
import type { Headers } from './message-headers.ts';

/** A dead letter: a message that a consumer could not handle, and its position in its stream. */
export type DeadLetter = {
  durable: string;
  stream: string;
  sequence: number;
  /** When its stream stored it. */
  time: Date;
  deliveries: number;
  reason: string;
  headers: Headers;
  data: Uint8Array;
};

const maxReasonLength = 500;
/** Of JetStream: larger than `max_msg_size` of the stream, or with more than 64 KiB of headers. */
const doesNotFitCodes = [10_054, 10_097];

/**
 * Most complete first. A copy has more headers than its original, so it may not fit even if the
 * original did.
 */
const forms = [
  { body: true, headers: true },
  { body: false, headers: true },
  { body: true, headers: false },
  { body: false, headers: false },
] as const;
type Form = (typeof forms)[number];

/**
 * Copies a message to the DLQ. When it does not fit, its body, its headers or both are left out;
 * the original stays where `Dlq-Stream` and `Dlq-Sequence` say.
 * @returns which parts the copy has
 * @throws when the DLQ did not acknowledge the copy
 */
export async function storeDeadLetter(broker: Broker, letter: DeadLetter): Promise<Form> {
  const { durable, stream, sequence, time } = letter;
  // Not the event's own id: two consumers may give up on one event, and the stream would drop the
  // second copy. With the time, since a rebuilt stream starts its sequences again.
  const msgID = `${durable}:${stream}:${sequence}:${time.getTime()}`;
  let failure: unknown;
  for (const form of forms) {
    if (form.headers && letter.headers === 'unreadable') continue;
    try {
      const data = form.body ? letter.data : new Uint8Array();
      await broker.jetstream.publish(`dlq.${durable}`, data, { headers: headersOf(letter, form), msgID });
      return form;
    } catch (error) {
      if (!doesNotFit(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Makes text fit a header value: one line, of bounded length. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, maxReasonLength);
}

function headersOf(letter: DeadLetter, form: Form): MsgHdrs {
  const copy = headers();
  const own = form.headers && letter.headers !== 'unreadable' ? letter.headers : undefined;
  for (const [name, values] of own ?? []) {
    // Not the publisher's conditions on its own stream, such as `Nats-Expected-Stream`: the DLQ
    // would refuse the copy.
    if (!/^(Nats|Dlq)-/i.test(name)) for (const value of values) copy.append(name, value);
  }
  copy.set('Dlq-Reason', oneLine(letter.reason));
  copy.set('Dlq-Consumer', letter.durable);
  copy.set('Dlq-Stream', letter.stream);
  copy.set('Dlq-Sequence', String(letter.sequence));
  copy.set('Dlq-Stored', letter.time.toISOString());
  copy.set('Dlq-Deliveries', String(letter.deliveries));
  copy.set('Dlq-Time', new Date().toISOString());
  if (!form.headers) copy.set('Dlq-Headers', 'omitted');
  if (!form.body) copy.set('Dlq-Body', 'omitted');
  return copy;
}

/**
 * Whether the client (`max_payload`, an invalid header) or the server (limits of the stream)
 * refused a message for its size or form.
 */
function doesNotFit(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return doesNotFitCodes.includes(error.code);
  return error instanceof InvalidArgumentError;
}
