import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import type { CloudEvent } from '@punctual/contracts';
import { inSpan, type SpanOptions, traceHeaders } from '../telemetry/trace-context.ts';
import type { Broker } from './broker.ts';

/** An event on its way: `id` deduplicates it for ten minutes, `payload` is the CloudEvent as JSON. */
export type OutgoingEvent = { id: string; subject: string; payload: string; traceparent: string | undefined };

/**
 * Publishes and waits until the stream has stored it; the producer span is a child of what caused the event.
 * @returns its sequence in the stream; of an event that was there already, that one's
 * @throws when there is no acknowledgement: the event may or may not be stored, and is to be published again with the same id
 */
export async function publish(broker: Broker, event: OutgoingEvent): Promise<number> {
  const { id, subject, payload } = event;
  return await inSpan(`publish ${subject}`, producerSpan(id, subject, event.traceparent), () =>
    broker.publisher.publish(subject, payload, eventHeaders(id, traceHeaders())),
  );
}

/** {@link publish} for an event that is not in an outbox. */
export async function publishEvent(broker: Broker, event: CloudEvent): Promise<void> {
  const { id, type, traceparent } = event;
  await publish(broker, { id, subject: type, payload: JSON.stringify(event), traceparent });
}

/** The headers of an event (api.md), sent in the trace of its producer span. */
function eventHeaders(id: string, trace: Record<string, string>): MsgHdrs {
  const outgoing = headers();
  outgoing.set('Nats-Msg-Id', id);
  outgoing.set('Content-Type', 'application/cloudevents+json');
  for (const [name, value] of Object.entries(trace)) outgoing.set(name, value);
  return outgoing;
}

/** @param parent the `traceparent` of what caused the event */
function producerSpan(id: string, subject: string, parent: string | undefined): SpanOptions {
  return {
    kind: SpanKind.PRODUCER,
    parent,
    attributes: {
      'messaging.system': 'nats',
      'messaging.destination.name': subject,
      'messaging.message.id': id,
    },
  };
}
