import { JetStreamApiError } from '@nats-io/jetstream';
import { createInbox, type Msg } from '@nats-io/transport-node';
import type { CloudEvent } from '@punctual/contracts';
import { startSpan } from '../telemetry/trace-context.ts';
import type { Broker } from './broker.ts';
import { eventHeaders, producerSpan } from './publish.ts';

const ackTimeoutMs = 5_000;
const noResponders = 503;

/**
 * Publishes events at once and waits until the stream has answered for each. One inbox hears all the answers: a request of its own
 * for each event, as `jetstream.publish` makes it, costs more than the rest of an event's way.
 * @returns in the order of the events, undefined where the stream has stored it; else why not: then it may or may not be stored,
 * and is to be published again with the same id
 */
export async function publishAll(broker: Broker, events: readonly CloudEvent[]): Promise<(Error | undefined)[]> {
  if (events.length === 0) return [];
  const { connection, inboxPrefix } = broker;
  const inbox = createInbox(inboxPrefix);
  const outcomes = new Map<number, Error | undefined>();
  const answered = Promise.withResolvers<void>();
  const answers = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      outcomes.set(Number(message.subject.slice(inbox.length + 1)), error ?? refusalIn(message));
      if (outcomes.size === events.length) answered.resolve();
    },
  });
  const timeout = setTimeout(answered.resolve, ackTimeoutMs);
  const spans = events.map(({ id, type, traceparent }) =>
    startSpan(`publish ${type}`, producerSpan(id, type, traceparent)),
  );
  try {
    for (const [index, event] of events.entries()) {
      const { traceparent } = spans[index] ?? {};
      const headers = eventHeaders(event.id, traceparent === undefined ? {} : { traceparent });
      connection.publish(event.type, JSON.stringify(event), { reply: `${inbox}.${index}`, headers });
    }
    await answered.promise;
  } finally {
    clearTimeout(timeout);
    answers.unsubscribe();
  }
  return events.map(({ type }, index) => {
    const failure = outcomes.has(index) ? outcomes.get(index) : new Error(`no stream has acknowledged ${type} in time`);
    spans[index]?.end(...(failure ? [failure] : []));
    return failure;
  });
}

function refusalIn(message: Msg): Error | undefined {
  if (message.headers?.code === noResponders) return new Error('no stream takes these events');
  const { error } = message.json<{ error?: ConstructorParameters<typeof JetStreamApiError>[0] }>();
  return error && new JetStreamApiError(error);
}
