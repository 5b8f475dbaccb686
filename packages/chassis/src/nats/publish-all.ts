import type { CloudEvent } from '@punctual/contracts';
import type { Broker } from './broker.ts';
import { publishEvent } from './publish.ts';

/**
 * Publishes events at once and waits until the stream has answered for each.
 * @returns in the order of the events, undefined where the stream has stored it; else why not: then it may or may not be stored,
 * and is to be published again with the same id
 */
export function publishAll(broker: Broker, events: readonly CloudEvent[]): Promise<(Error | undefined)[]> {
  return Promise.all(
    events.map((event) =>
      publishEvent(broker, event).then(
        () => undefined,
        (error: Error) => error,
      ),
    ),
  );
}
