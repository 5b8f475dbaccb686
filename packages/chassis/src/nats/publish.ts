import { headers } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import type { CloudEvent } from '@punctual/contracts';
import { inSpan, traceHeaders } from '../telemetry/trace-context.ts';
import type { Broker } from './broker.ts';

/** An event on its way: `id` deduplicates it for ten minutes, `payload` is the CloudEvent as JSON. */
export type OutgoingEvent = { id: string; subject: string; payload: string; traceparent: string | undefined };

const ackTimeoutMs = 5_000;

/**
 * Publishes and waits until the stream has stored it; the producer span is a child of what caused the event.
 * @returns its sequence in the stream; of an event that was there already, that one's
 * @throws when there is no acknowledgement: the event may or may not be stored, and is to be published again with the same id
 */
export async function publish(broker: Broker, event: OutgoingEvent): Promise<number> {
  const options = {
    kind: SpanKind.PRODUCER,
    parent: event.traceparent,
    attributes: {
      'messaging.system': 'nats',
      'messaging.destination.name': event.subject,
      'messaging.message.id': event.id,
    },
  };
  return await inSpan(`publish ${event.subject}`, options, async () => {
    const outgoing = headers();
    outgoing.set('Content-Type', 'application/cloudevents+json');
    for (const [name, value] of Object.entries(traceHeaders())) outgoing.set(name, value);
    const { seq } = await broker.jetstream.publish(event.subject, event.payload, {
      msgID: event.id,
      headers: outgoing,
      timeout: ackTimeoutMs,
    });
    return seq;
  });
}

/** {@link publish} for an event that is not in an outbox. */
export async function publishEvent(broker: Broker, event: CloudEvent): Promise<void> {
  const { id, type, traceparent } = event;
  await publish(broker, { id, subject: type, payload: JSON.stringify(event), traceparent });
}
