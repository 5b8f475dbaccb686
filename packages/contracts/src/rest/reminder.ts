import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Side, Uuid, Version, Window } from '../scalars.ts';
import { items, page } from './page.ts';

/** `respond…`: a proposal waits for an answer. `upcoming…`: a confirmed window is near. */
export const ReminderKind = z.enum(['respond', 'respond-last', 'upcoming-24h', 'upcoming-1h']).meta({
  id: 'ReminderKind',
  description:
    '`respond` and `respond-last` ask for an answer to a proposal, `upcoming-24h` and `upcoming-1h` announce a confirmed window',
});
export type ReminderKind = z.infer<typeof ReminderKind>;

export const ReminderState = z
  .enum(['PLANNED', 'SENDING', 'SENT', 'OVERDUE', 'SUPPRESSED'])
  .meta({ id: 'ReminderState', description: '`OVERDUE` is late and still to be sent' });
export type ReminderState = z.infer<typeof ReminderState>;

export const SuppressedBecause = z
  .enum([
    'ANSWERED',
    'RESCHEDULED',
    'REJECTED',
    'CANCELLED',
    'EXPIRED',
    'COMPLETED',
    'DISPUTED',
    'OVERTAKEN',
    'WINDOW_STARTED',
  ])
  .meta({ id: 'SuppressedBecause', description: 'Why a reminder is not sent' });
export type SuppressedBecause = z.infer<typeof SuppressedBecause>;

/**
 * `assignmentId:scheduleVersion:kind`: there is at most one reminder of a kind for each version of
 * a schedule.
 */
export const ReminderId = z.string().regex(/^[0-9a-f-]{36}:[0-9]+:[a-z0-9-]+$/, 'assignmentId:scheduleVersion:kind');
export type ReminderId = z.infer<typeof ReminderId>;

export const Reminder = z
  .strictObject({
    id: ReminderId.describe('`assignmentId:scheduleVersion:kind`'),
    assignmentId: Uuid.describe('The assignment'),
    scheduleVersion: Version.describe('Version of the assignment that planned it'),
    kind: ReminderKind.describe('What it reminds of'),
    state: ReminderState.describe('Where it stands'),
    suppressedBecause: SuppressedBecause.nullable().describe('Why it is not sent; null unless `SUPPRESSED`'),
    dueAt: Instant.describe('When it is to be sent'),
    sentAt: Instant.nullable().describe('When it was sent; null before'),
    latenessMs: z.int().nullable().describe('Milliseconds between `dueAt` and `sentAt`; null before'),
    audience: z.array(Side).describe('Who is reminded'),
    window: Window.describe('The window that it is about'),
  })
  .meta({
    id: 'Reminder',
    description: 'One reminder',
    examples: [
      {
        id: `${sample.assignmentId}:3:upcoming-24h`,
        assignmentId: sample.assignmentId,
        scheduleVersion: 3,
        kind: 'upcoming-24h',
        state: 'SENT',
        suppressedBecause: null,
        dueAt: '2026-11-30T09:00:00.000Z',
        sentAt: '2026-11-30T09:00:00.412Z',
        latenessMs: 412,
        audience: ['CUSTOMER', 'PROVIDER'],
        window: sample.window,
      },
    ],
  });
export type Reminder = z.infer<typeof Reminder>;

/** By version, then by time. */
export const Reminders = page('Reminders', Reminder);
export type Reminders = z.infer<typeof Reminders>;

/** Those of all assignments whose moment comes first. */
export const OpenReminders = items('OpenReminders', Reminder);
export type OpenReminders = z.infer<typeof OpenReminders>;
