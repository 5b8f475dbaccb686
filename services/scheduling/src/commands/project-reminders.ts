import type { Received } from '@punctual/chassis';
import { recordInInbox } from '@punctual/chassis/postgres';
import type { ReminderEvent } from '@punctual/contracts';
import { nextUpdate } from '../domain/assignment.ts';
import { projectReminder, type ReminderProjection } from '../domain/reminder-projection.ts';
import { type CopiesColumns, lockCopies, saveReminders, toCopiesById } from '../persistence/projections.ts';
import type { ProjectionDeps } from './project-payouts.ts';

/** Keeps `reminderStatus` and `reminderLastSentAt` in step with events of reminders. */
export async function projectReminders(
  { database, consumer, now }: ProjectionDeps,
  messages: readonly Received<ReminderEvent>[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    const { unprocessed, rows } = await recordInInbox<ReminderEvent, [CopiesColumns[]]>(
      transaction,
      consumer,
      messages,
      [lockCopies(messages)],
    );
    const events = unprocessed.map(({ event }) => event);
    const locked = toCopiesById(rows[0]);
    const changed = new Map<string, { reminders: ReminderProjection; updatedAt: Temporal.Instant }>();
    for (const event of events) {
      const { assignmentId } = event.data;
      const before = locked.get(assignmentId);
      if (!before) continue;
      const known = changed.get(assignmentId)?.reminders ?? before.reminders;
      const reminders = projectReminder(known, event);
      if (reminders !== known) changed.set(assignmentId, { reminders, updatedAt: nextUpdate(before, now()) });
    }
    await transaction.commit(saveReminders(changed));
  });
}
