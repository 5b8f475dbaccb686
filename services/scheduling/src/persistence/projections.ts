import type { EventIds } from '@punctual/chassis/domain';
import { type Queryable, type Statement, updateRows } from '@punctual/chassis/postgres';
import type { PayoutData } from '@punctual/contracts';
import { z } from 'zod';
import { projectPayout } from '../domain/payout-projection.ts';
import { type ReminderProjection, reminderStatus } from '../domain/reminder-projection.ts';
import { payoutVersion, reminderSequence } from './assignment-columns.ts';

// The projections live beside the schedule, with their own sequences: they neither raise its
// version nor write its timeline.

const Reminders = z.record(
  z.string(),
  z.object({ sequence: z.int(), status: z.enum(['NONE', 'QUEUED', 'SENT', 'OVERDUE']) }),
);

/** The copies that an assignment has of what reminders and payouts say. */
export type Copies = {
  reminders: ReminderProjection;
  payoutVersion: number;
  /** The events of the latest versions; instances of the previous release leave gaps. */
  payoutEventIds: EventIds;
  updatedAt: Temporal.Instant;
};

/** A row of {@link lockCopies}. */
export type CopiesColumns = {
  id: string;
  reminders: unknown;
  reminder_last_sent_at: string | null;
  payout_version: number;
  payout_event_ids: unknown;
  updated_at: string;
};

/**
 * Locks assignments and reads their copies. In the order of the ids, so that two batches with some of
 * the same assignments never deadlock.
 */
export function lockCopies(messages: readonly { event: { data: { assignmentId: string } } }[]): Statement {
  return [
    `select id, reminders, reminder_last_sent_at, payout_version, payout_event_ids, updated_at from assignment
      where id = any(?) order by id for update`,
    [messages.map(({ event }) => event.data.assignmentId)],
  ];
}

/** The copies by the ids of their assignments. Nothing for an assignment that is not ours. */
export function toCopiesById(rows: readonly CopiesColumns[]): Map<string, Copies> {
  return new Map(rows.map((row) => [row.id, toCopies(row)]));
}

function toCopies(row: CopiesColumns): Copies {
  const { reminders, reminder_last_sent_at: sentAt, payout_version, payout_event_ids, updated_at } = row;
  const lastSentAt = sentAt === null ? null : Temporal.Instant.from(sentAt);
  return {
    reminders: { reminders: Reminders.parse(reminders), lastSentAt },
    payoutVersion: payout_version,
    payoutEventIds: z.record(z.string(), z.string()).parse(payout_event_ids),
    updatedAt: Temporal.Instant.from(updated_at),
  };
}

/** Saves what became of the reminders of these assignments. */
export function saveReminders(
  changed: ReadonlyMap<string, { reminders: ReminderProjection; updatedAt: Temporal.Instant }>,
): Statement[] {
  const rows = [...changed].map(([id, { reminders: projection, updatedAt }]) => ({
    id,
    reminders: projection.reminders,
    reminderStatus: reminderStatus(projection),
    reminderLastSentAt: projection.lastSentAt,
    updatedAt,
  }));
  return updateRows('assignment', 'id', rows);
}

/** Saves these states of payouts, one for each assignment. */
export function savePayouts(
  changed: readonly { payout: PayoutData; eventIds: EventIds; updatedAt: Temporal.Instant }[],
): Statement[] {
  const rows = changed.map(({ payout, eventIds, updatedAt }) => ({
    id: payout.assignmentId,
    ...projectPayout(payout),
    payoutVersion: payout.version,
    payoutEventIds: eventIds,
    updatedAt,
  }));
  return updateRows('assignment', 'id', rows);
}

/** How new the copies of an assignment are; null while there is none. */
export type CopyVersions = { payoutVersion: number | null; reminderSequence: number | null };

/** Reads how new the copies of these assignments are, by id. */
export async function readCopyVersions(
  database: Queryable,
  assignmentIds: readonly string[],
): Promise<Map<string, CopyVersions>> {
  const rows = await database.query<CopyVersions & { id: string }>(
    `select id, ${payoutVersion} as "payoutVersion", ${reminderSequence} as "reminderSequence" from assignment
      where id = any(?)`,
    [assignmentIds],
  );
  return new Map(rows.map(({ id, ...versions }) => [id, versions]));
}
