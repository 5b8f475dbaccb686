import type { EntityManager } from '@mikro-orm/postgresql';
import { inboxInsert } from '@punctual/chassis';
import type { PayoutData } from '@punctual/contracts';
import { z } from 'zod';
import { payoutCopy } from '../domain/payout-copy.ts';
import { type ReminderCopy, reminderStatus } from '../domain/reminder-copy.ts';
import { updateOf } from './statement.ts';

// The copies live beside the schedule, with sequences of their own: they neither raise its version nor write its timeline.

const Reminders = z.record(
  z.string(),
  z.object({ sequence: z.int(), status: z.enum(['NONE', 'QUEUED', 'SENT', 'OVERDUE']) }),
);

/** Remembers an event for a consumer; false when it is known already. */
export async function isNew(em: EntityManager, consumer: string, eventId: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(...inboxInsert(consumer, eventId));
  return rows.length > 0;
}

/** What is known of an assignment's reminders, locked; undefined for an assignment that is not ours. */
export async function lockReminderCopy(em: EntityManager, assignmentId: string): Promise<ReminderCopy | undefined> {
  const [row] = await em.execute<{ reminders: unknown; reminder_last_sent_at: string | null }[]>(
    'select reminders, reminder_last_sent_at from assignment where id = ? for update',
    [assignmentId],
  );
  if (!row) return undefined;
  const sentAt = row.reminder_last_sent_at;
  return {
    reminders: Reminders.parse(row.reminders),
    lastSentAt: sentAt === null ? null : Temporal.Instant.from(sentAt),
  };
}

export async function saveReminderCopy(em: EntityManager, assignmentId: string, copy: ReminderCopy): Promise<void> {
  const [sql, parameters] = updateOf('assignment', assignmentId, {
    reminders: JSON.stringify(copy.reminders),
    reminderStatus: reminderStatus(copy),
    reminderLastSentAt: copy.lastSentAt,
  });
  await em.execute(sql, [...parameters]);
}

/** Up to which `reminderSequence` and which version of the payout the copies of an assignment have come; 0: nothing yet. */
export async function readCopyVersions(
  em: EntityManager,
  assignmentId: string,
): Promise<{ reminders: number; payout: number }> {
  const [row] = await em.execute<{ reminders: unknown; payout_version: number }[]>(
    'select reminders, payout_version from assignment where id = ?',
    [assignmentId],
  );
  const sequences = Object.values(Reminders.parse(row?.reminders ?? {})).map(({ sequence }) => sequence);
  return { reminders: Math.max(0, ...sequences), payout: row?.payout_version ?? 0 };
}

/** Takes over what an event says of the payout, unless something newer is known. */
export async function savePayoutCopy(em: EntityManager, data: PayoutData): Promise<void> {
  const [sql, parameters] = updateOf('assignment', data.assignmentId, {
    ...payoutCopy(data),
    payoutVersion: data.version,
  });
  await em.execute(`${sql} and payout_version < ?`, [...parameters, data.version]);
}
