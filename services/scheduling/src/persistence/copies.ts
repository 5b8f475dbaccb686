import type { EntityManager } from '@mikro-orm/postgresql';
import { type Statement, updateRows } from '@punctual/chassis/postgres';
import type { PayoutData } from '@punctual/contracts';
import { z } from 'zod';
import { payoutCopy } from '../domain/payout-copy.ts';
import { type ReminderCopy, reminderStatus } from '../domain/reminder-copy.ts';

// The copies live beside the schedule, with sequences of their own: they neither raise its version nor write its timeline.

const Reminders = z.record(
  z.string(),
  z.object({ sequence: z.int(), status: z.enum(['NONE', 'QUEUED', 'SENT', 'OVERDUE']) }),
);

/** What is known of the reminders of assignments, by id, locked; nothing for an assignment that is not ours. */
export async function lockReminderCopies(
  em: EntityManager,
  assignmentIds: readonly string[],
): Promise<Map<string, ReminderCopy>> {
  const rows = await lockAssignments(em, assignmentIds);
  return new Map(
    rows.map(({ id, reminders, reminder_last_sent_at: sentAt }) => [
      id,
      { reminders: Reminders.parse(reminders), lastSentAt: sentAt === null ? null : Temporal.Instant.from(sentAt) },
    ]),
  );
}

export function reminderCopyWrites(copies: ReadonlyMap<string, ReminderCopy>): Statement[] {
  const rows = [...copies].map(([id, copy]) => ({
    id,
    reminders: copy.reminders,
    reminderStatus: reminderStatus(copy),
    reminderLastSentAt: copy.lastSentAt,
  }));
  return updateRows('assignment', 'id', rows);
}

type CopyRow = { id: string; reminders: unknown; reminder_last_sent_at: string | null };

/** Always in the order of the ids, so that two batches with some of the same assignments wait for each other and never both. */
export async function lockAssignments(em: EntityManager, ids: readonly string[]): Promise<CopyRow[]> {
  if (ids.length === 0) return [];
  return em.execute<CopyRow[]>(
    `select id, reminders, reminder_last_sent_at from assignment
      where id in (${ids.map(() => '?').join(', ')}) order by id for update`,
    [...ids],
  );
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

/** What to write so that each assignment has the newest that is told of its payout, unless something newer is known. */
export function payoutCopyWrites(told: readonly PayoutData[]): Statement[] {
  const newest = new Map<string, PayoutData>();
  for (const data of told) {
    const { assignmentId, version } = data;
    if (version > (newest.get(assignmentId)?.version ?? 0)) newest.set(assignmentId, data);
  }
  const rows = [...newest.values()].map((data) => ({
    id: data.assignmentId,
    ...payoutCopy(data),
    payoutVersion: data.version,
  }));
  return updateRows('assignment', 'id', rows, 'and assignment.payout_version < new.payout_version');
}
