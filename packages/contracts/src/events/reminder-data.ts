import { z } from 'zod';
import { ReminderId, ReminderKind, SuppressedBecause } from '../rest/reminder.ts';
import { sample } from '../samples.ts';
import { Instant, Side, Uuid, Version, Window } from '../scalars.ts';
import type { EventFamily } from './define-event.ts';

/** What every `reminder.*` event says of one reminder. */
export const ReminderData = z.strictObject({
  reminderId: ReminderId.meta({ description: 'The reminder; deduplicate what you send by it' }),
  assignmentId: Uuid.describe('The assignment'),
  scheduleVersion: Version.meta({ description: 'The schedule version of the reminder' }),
  kind: ReminderKind,
  audience: z.array(Side).describe('Who is reminded'),
  dueAt: Instant.describe('When it is to be sent'),
  sentAt: Instant.nullable().describe('When it was sent; null before'),
  latenessMs: z.int().nullable().describe('Milliseconds between `dueAt` and `sentAt`; null before'),
  suppressedBecause: SuppressedBecause.nullable().describe('Why it is not sent; null unless it is suppressed'),
  window: Window,
  customerId: Uuid.describe('Whose job it is'),
  providerId: Uuid.describe('Who does the work'),
  jobTitle: z.string().nullable().optional().meta({
    description: 'The title of the job as reminders knows it; null if unknown, absent from events before 1.1',
  }),
  link: z.url().meta({ description: 'Opens the assignment in the app' }),
  reminderSequence: Version.meta({
    description: 'Number of reminder events of the assignment; the sequence of the event',
  }),
});
export type ReminderData = z.infer<typeof ReminderData>;

export const reminderFamily: EventFamily<ReminderData> = {
  source: '/reminders',
  stream: 'REMINDER',
  common: ReminderData,
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
  jobTitle: sample.jobTitle,
  link: sample.link,
  reminderSequence: 1,
} as const satisfies ReminderData;
