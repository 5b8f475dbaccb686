import { type BrokerHandle, type Lifecycle, type Logger, startConsumer } from '@punctual/chassis';
import { readScheduleEvent } from '@punctual/contracts';
import { type FollowDeps, followSchedule } from '../commands/follow-schedule.ts';

const durable = 'payouts-schedule';
/** How long an instance that dies keeps back the events that it had in hand; one that comes twice does no harm. */
const ackWaitMs = 10_000;

export type ScheduleEventDeps = Omit<FollowDeps, 'consumer'> & {
  broker: BrokerHandle;
  logger: Logger;
  lifecycle: Lifecycle;
};

/** Follows every assignment from its events. */
export function consumeScheduleEvents(deps: ScheduleEventDeps): void {
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable,
    subjects: ['schedule.>'],
    ackWaitMs,
    read: readScheduleEvent,
    handle: (event) => followSchedule({ ...deps, consumer: durable }, event),
  });
}
