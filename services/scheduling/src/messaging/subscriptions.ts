import { type ConsumerDeps, startConsumer } from '@punctual/chassis';
import { consumers, readPayoutEvent, readReminderEvent } from '@punctual/contracts';
import { type ProjectionDeps, projectPayouts } from '../commands/project-payouts.ts';
import { projectReminders } from '../commands/project-reminders.ts';

const { schedulingReminder, schedulingPayout } = consumers;

/** Starts every consumer of this service. */
export function subscribe(consuming: ConsumerDeps, { database, now }: Omit<ProjectionDeps, 'consumer'>): void {
  startConsumer(consuming, {
    ...schedulingReminder,
    read: readReminderEvent,
    handle: (messages) => projectReminders({ database, now, consumer: schedulingReminder.durable }, messages),
  });
  startConsumer(consuming, {
    ...schedulingPayout,
    read: readPayoutEvent,
    handle: (messages) => projectPayouts({ database, now, consumer: schedulingPayout.durable }, messages),
  });
}
