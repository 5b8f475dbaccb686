import { type BrokerHandle, type Lifecycle, type Logger, startConsumer } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import { readPersonEvent } from '@punctual/contracts';
import { recordErasure } from '../commands/record-erasure.ts';

export const personConsumer = 'payouts-person';

/**
 * Learns who is erased. A durable of its own: that of the schedule is shared with instances of the previous release, which pass over
 * what they do not know.
 */
export function consumePersonEvents(deps: {
  database: Database;
  broker: BrokerHandle;
  logger: Logger;
  lifecycle: Lifecycle;
}): void {
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable: personConsumer,
    subjects: ['person.erased'],
    read: readPersonEvent,
    handle: (messages) => recordErasure(deps, messages),
  });
}
