import type { CloudEvent } from '@punctual/contracts';
import type { Broker } from './broker.ts';
import type { OutgoingEvent, PubAck } from './publisher.ts';

/**
 * Publishes an event that is not in an outbox and waits until its stream has stored it.
 * @throws when there is no acknowledgement: the event may or may not be stored. Publish it again
 * with the same id.
 */
export async function publishEvent(broker: Broker, event: CloudEvent): Promise<void> {
  await broker.publish(toOutgoing(event));
}

/**
 * Publishes events at once, as {@link publishEvent} does.
 * @returns an entry for each event, in order: the acknowledgement of the stream, or else the error
 */
export function publishEvents(broker: Broker, events: readonly CloudEvent[]): Promise<(PubAck | Error)[]> {
  return Promise.all(events.map((event) => broker.publish(toOutgoing(event)).catch((error: Error) => error)));
}

function toOutgoing(event: CloudEvent): OutgoingEvent {
  const { id, type, traceparent } = event;
  return { id, subject: type, payload: JSON.stringify(event), traceparent };
}
