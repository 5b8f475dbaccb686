import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Side, Uuid, Version, Window } from '../scalars.ts';
import { items, page } from './page.ts';

/** `respond…`: a proposal waits for an answer. `upcoming…`: a confirmed window is near. */
export const ReminderKind = z
  .enum(['respond', 'respond-last', 'upcoming-24h', 'upcoming-1h'])
  .meta({ id: 'ReminderKind' });
export type ReminderKind = z.infer<typeof ReminderKind>;

export const ReminderState = z
  .enum(['PLANNED', 'SENDING', 'SENT', 'OVERDUE', 'SUPPRESSED'])
  .meta({ id: 'ReminderState' });
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
  .meta({ id: 'SuppressedBecause' });
export type SuppressedBecause = z.infer<typeof SuppressedBecause>;

/** `assignmentId:scheduleVersion:kind`: there is at most one reminder of a kind for each version of a schedule. */
export const ReminderId = z.string().regex(/^[0-9a-f-]{36}:[0-9]+:[a-z0-9-]+$/, 'assignmentId:scheduleVersion:kind');
export type ReminderId = z.infer<typeof ReminderId>;

export const Reminder = z
  .strictObject({
    id: ReminderId,
    assignmentId: Uuid,
    scheduleVersion: Version,
    kind: ReminderKind,
    state: ReminderState,
    suppressedBecause: SuppressedBecause.nullable(),
    dueAt: Instant,
    sentAt: Instant.nullable(),
    latenessMs: z.int().nullable(),
    audience: z.array(Side),
    window: Window,
  })
  .meta({
    id: 'Reminder',
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
