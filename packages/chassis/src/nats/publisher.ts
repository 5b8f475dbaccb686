import { JetStreamApiError } from '@nats-io/jetstream';
import {
  ClosedConnectionError,
  createInbox,
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  PermissionViolationError,
  type Subscription,
} from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import { inSpan, type SpanOptions, traceHeaders } from '../telemetry/trace-context.ts';

/**
 * An event to publish. JetStream drops another message with the same `id` for ten minutes;
 * `payload` is the CloudEvent as JSON.
 */
export type OutgoingEvent = {
  id: string;
  subject: string;
  payload: string;
  traceparent: string | undefined;
  /** The identity of the database that it comes from, if it has one. */
  origin?: string | undefined;
};

/** The header with {@link OutgoingEvent.origin}. */
export const originHeader = 'Punctual-Origin';

/**
 * The sequence of an event in its stream. For a duplicate it is that of the first copy, as far as
 * the stream remembers: the copy may have been deleted since.
 */
export type PubAck = { sequence: number; duplicate: boolean };

/**
 * Sends an event at once, in the order of the calls, and waits until a stream has stored it. The
 * producer span is a child of the event's `traceparent`.
 * @throws when there is no acknowledgement: the event may or may not be stored. Publish it again
 * with the same id.
 */
export type Publish = (event: OutgoingEvent) => Promise<PubAck>;

type PendingAck = { subject: string; since: number; resolve(ack: PubAck): void; reject(reason: unknown): void };

const ackTimeoutMs = 5_000;
const sweepMs = 250;
const noResponders = 503;

/**
 * Creates the publish function of a connection. One inbox receives all acknowledgements, and one
 * timer finds the missing ones: a request per message, as `jetstream.publish` makes, costs more
 * than everything else that a message takes.
 */
export function createPublish(connection: NatsConnection, inboxPrefix: string): Publish {
  const inbox = createInbox(inboxPrefix);
  /** By the last token of the reply subject; oldest first. */
  const waiting = new Map<string, PendingAck>();
  let acks: Subscription | undefined;
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;

  const refuse = (error: Error, concerns: (subject: string) => boolean = () => true) => {
    for (const [token, { subject, reject }] of waiting) {
      if (!concerns(subject)) continue;
      waiting.delete(token);
      reject(error);
    }
  };
  const settle = (token: string, message: Msg) => {
    const entry = waiting.get(token);
    if (!entry) return;
    waiting.delete(token);
    try {
      entry.resolve(ackIn(message, entry.subject));
    } catch (error) {
      entry.reject(error);
    }
  };
  const listen = () =>
    connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error) refuse(error);
        else settle(message.subject.slice(inbox.length + 1), message);
      },
    });
  const sweep = () => {
    timer = undefined;
    for (const [token, { subject, since, reject }] of waiting) {
      if (performance.now() - since < ackTimeoutMs) break;
      waiting.delete(token);
      reject(new Error(`No stream acknowledged ${subject} in time`));
    }
    if (waiting.size > 0) timer = setTimeout(sweep, sweepMs);
  };
  const watch = async () => {
    for await (const status of connection.status()) {
      if (status.type !== 'error' || !(status.error instanceof PermissionViolationError)) continue;
      const { operation, subject: forbidden } = status.error;
      if (operation === 'publish') refuse(status.error, (subject) => subject === forbidden);
    }
    clearTimeout(timer);
    refuse(new ClosedConnectionError());
  };
  void watch();

  const send = ({ id, subject, payload, origin }: OutgoingEvent) =>
    new Promise<PubAck>((resolve, reject) => {
      if (!acks || acks.isClosed()) acks = listen();
      sent += 1;
      const token = String(sent);
      connection.publish(subject, payload, { reply: `${inbox}.${token}`, headers: eventHeaders(id, origin) });
      waiting.set(token, { subject, since: performance.now(), resolve, reject });
      timer ??= setTimeout(sweep, sweepMs);
    });
  return (event) => inSpan(`publish ${event.subject}`, producerSpan(event), () => send(event));
}

/** The headers of an event (api.md), in the current trace. */
function eventHeaders(id: string, origin: string | undefined): MsgHdrs {
  const outgoing = headers();
  outgoing.set('Nats-Msg-Id', id);
  if (origin !== undefined) outgoing.set(originHeader, origin);
  outgoing.set('Content-Type', 'application/cloudevents+json');
  for (const [name, value] of Object.entries(traceHeaders())) outgoing.set(name, value);
  return outgoing;
}

function producerSpan({ id, subject, traceparent }: OutgoingEvent): SpanOptions {
  return {
    kind: SpanKind.PRODUCER,
    parent: traceparent,
    attributes: {
      'messaging.system': 'nats',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': subject,
      'messaging.message.id': id,
    },
  };
}

type Answer = { error?: ConstructorParameters<typeof JetStreamApiError>[0]; seq: number; duplicate?: boolean };

function ackIn(message: Msg, subject: string): PubAck {
  if (message.headers?.code === noResponders) throw new Error(`No stream accepts ${subject}`);
  const { error, seq, duplicate = false } = message.json<Answer>();
  if (error) throw new JetStreamApiError(error);
  return { sequence: seq, duplicate };
}
