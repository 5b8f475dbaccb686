import { type BrokerHandle, type Lifecycle, type Logger, startConsumer } from '@punctual/chassis';
import { readScheduleEvent } from '@punctual/contracts';
import { type FollowDeps, followSchedule } from '../commands/follow-schedule.ts';

export const scheduleConsumer = 'payouts-schedule';

export type ScheduleEventDeps = Omit<FollowDeps, 'consumer'> & {
  broker: BrokerHandle;
  logger: Logger;
  lifecycle: Lifecycle;
};

/** Follows every assignment from its events. */
export function consumeScheduleEvents(deps: ScheduleEventDeps): void {
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable: scheduleConsumer,
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: (messages) => followSchedule({ ...deps, consumer: scheduleConsumer }, messages),
  });
}
