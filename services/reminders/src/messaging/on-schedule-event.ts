import { type BrokerHandle, type Lifecycle, startConsumer } from '@punctual/chassis';
import { readScheduleEvent } from '@punctual/contracts';
import { applyScheduleEvents } from '../commands/apply-schedule-events.ts';
import type { CommandDeps } from '../commands/deps.ts';

export const scheduleConsumer = 'reminders-schedule';

/** Follows the schedule of every assignment. No inbox: the record's version tells what is new. */
export function consumeScheduleEvents(deps: CommandDeps & { broker: BrokerHandle; lifecycle: Lifecycle }): void {
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable: scheduleConsumer,
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: (messages) =>
      applyScheduleEvents(
        deps,
        messages.map(({ event, traceparent = null }) => ({ event, traceparent })),
      ),
  });
}
