import { z } from 'zod';
import { ReminderId, ReminderKind, SuppressedBecause } from '../rest/reminder.ts';
import { sample } from '../samples.ts';
import { Instant, Side, Uuid, Version, Window } from '../scalars.ts';
import type { EventFamily } from './define-event.ts';

/** What every `reminder.*` event says of one reminder. */
export const ReminderData = z.strictObject({
  reminderId: ReminderId,
  assignmentId: Uuid,
  scheduleVersion: Version.meta({ description: 'The version of the schedule that it reminds of' }),
  kind: ReminderKind,
  audience: z.array(Side),
  dueAt: Instant,
  sentAt: Instant.nullable(),
  latenessMs: z.int().nullable(),
  suppressedBecause: SuppressedBecause.nullable(),
  window: Window,
  customerId: Uuid,
  providerId: Uuid,
  link: z.url().meta({ description: 'Opens the assignment in the app' }),
  reminderSequence: Version.meta({ description: "Counts the reminder events of the assignment; the event's sequence" }),
});
export type ReminderData = z.infer<typeof ReminderData>;

export const reminderFamily: EventFamily<ReminderData> = {
  source: '/reminders',
  stream: 'REMINDER',
  aggregateOf: (data) => data.assignmentId,
  sequenceOf: (data) => data.reminderSequence,
};

/** The example that each type of reminder event changes to its own. */
export const reminderExample = {
  reminderId: `${sample.assignmentId}:2:upcoming-24h`,
  assignmentId: sample.assignmentId,
  scheduleVersion: 2,
  kind: 'upcoming-24h',
  audience: ['CUSTOMER', 'PROVIDER'] as Side[],
  dueAt: '2026-11-30T09:00:00.000Z',
  sentAt: null,
  latenessMs: null,
  suppressedBecause: null,
  window: sample.window,
  customerId: sample.customerId,
  providerId: sample.providerId,
  link: sample.link,
  reminderSequence: 1,
} as const satisfies ReminderData;
