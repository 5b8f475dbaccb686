import { type Attempts, type ConsumerDeps, startConsumer } from '@punctual/chassis';
import { consumers, readPayoutEvent, readReminderEvent } from '@punctual/contracts';
import { type ProjectionDeps, projectPayouts } from '../commands/project-payouts.ts';
import { projectReminders } from '../commands/project-reminders.ts';

const { schedulingReminder, schedulingPayout } = consumers;

export type SubscriptionDeps = Omit<ProjectionDeps, 'consumer'> & { attempts: Attempts };

/** Starts every consumer of this service. */
export function subscribe(consuming: ConsumerDeps, { database, now, attempts }: SubscriptionDeps): void {
  startConsumer(consuming, {
    ...schedulingReminder,
    attempts,
    read: readReminderEvent,
    handle: (messages) => projectReminders({ database, now, consumer: schedulingReminder.durable }, messages),
  });
  startConsumer(consuming, {
    ...schedulingPayout,
    attempts,
    read: readPayoutEvent,
    handle: (messages) => projectPayouts({ database, now, consumer: schedulingPayout.durable }, messages),
  });
}
