import { type BrokerHandle, currentTraceparent, type Lifecycle, startConsumer } from '@punctual/chassis';
import { readScheduleEvent } from '@punctual/contracts';
import { applyScheduleEvent } from '../commands/apply-schedule-event.ts';
import type { CommandDeps } from '../commands/deps.ts';

/** Follows the schedule of every assignment. No inbox: the record's version tells what is new. */
export function consumeScheduleEvents(deps: CommandDeps & { broker: BrokerHandle; lifecycle: Lifecycle }): void {
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable: 'reminders-schedule',
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: (event) => applyScheduleEvent(deps, event, currentTraceparent() ?? null),
  });
}
