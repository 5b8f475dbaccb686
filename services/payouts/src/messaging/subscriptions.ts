import { type Attempts, type ConsumerDeps, type RunningConsumer, startConsumer } from '@punctual/chassis';
import { createInbox } from '@punctual/chassis/postgres';
import { consumers, readPersonEvent, readScheduleEvent } from '@punctual/contracts';
import { type FollowScheduleDeps, followSchedule } from '../commands/follow-schedule.ts';
import { recordErasure } from '../commands/record-erasure.ts';
import { createErasureInbox } from '../persistence/erasure-inbox.ts';

const { payoutsSchedule, payoutsPerson } = consumers;

export type SubscriptionDeps = Omit<FollowScheduleDeps, 'consumer'> & { attempts: Attempts };

/**
 * Starts every consumer of this service.
 * @returns the one that follows visits, and so decides what may be paid
 */
export function subscribe(consuming: ConsumerDeps, { attempts, ...deps }: SubscriptionDeps): RunningConsumer {
  const ofVisits = startConsumer(consuming, {
    ...payoutsSchedule,
    attempts,
    inbox: createInbox(deps.database),
    read: readScheduleEvent,
    handle: (messages) => followSchedule({ ...deps, consumer: payoutsSchedule.durable }, messages),
  });
  // Separate, since instances of the previous release share the other one and skip unknown events.
  startConsumer(consuming, {
    ...payoutsPerson,
    attempts,
    inbox: createErasureInbox(deps.database),
    read: readPersonEvent,
    handle: (messages) => recordErasure(deps, messages),
  });
  return ofVisits;
}
