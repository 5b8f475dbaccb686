import { type BrokerHandle, type Lifecycle, startConsumer } from '@punctual/chassis';
import { readScheduleEvent } from '@punctual/contracts';
import { applyScheduleEvent } from '../commands/apply-schedule-event.ts';
import type { CommandDeps } from '../commands/deps.ts';

export const scheduleConsumer = 'reminders-schedule';

/** Follows the schedule of every assignment. No inbox: the record's version tells what is new. */
export function consumeScheduleEvents(deps: CommandDeps & { broker: BrokerHandle; lifecycle: Lifecycle }): void {
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable: scheduleConsumer,
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: async (messages) => {
      for (const { event, traceparent } of messages) await applyScheduleEvent(deps, event, traceparent ?? null);
    },
  });
}
