import { type Attempts, type ConsumerDeps, startConsumer } from '@punctual/chassis';
import { createInbox } from '@punctual/chassis/postgres';
import { consumers, readPayoutEvent, readReminderEvent } from '@punctual/contracts';
import { type ProjectionDeps, projectPayouts } from '../commands/project-payouts.ts';
import { projectReminders } from '../commands/project-reminders.ts';

const { schedulingReminder, schedulingPayout } = consumers;

export type SubscriptionDeps = Omit<ProjectionDeps, 'consumer'> & { attempts: Attempts };

/** Starts every consumer of this service. */
export function subscribe(consuming: ConsumerDeps, { database, now, attempts }: SubscriptionDeps): void {
  const inbox = createInbox(database);
  startConsumer(consuming, {
    ...schedulingReminder,
    ...{ attempts, inbox },
    read: readReminderEvent,
    handle: (messages) => projectReminders({ database, now, consumer: schedulingReminder.durable }, messages),
  });
  startConsumer(consuming, {
    ...schedulingPayout,
    ...{ attempts, inbox },
    read: readPayoutEvent,
    handle: (messages) => projectPayouts({ database, now, consumer: schedulingPayout.durable }, messages),
  });
}
