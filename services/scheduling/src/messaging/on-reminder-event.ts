import { type Database, inTransaction } from '@punctual/chassis/postgres';
import type { ReminderEvent } from '@punctual/contracts';
import { copyReminder } from '../domain/reminder-copy.ts';
import { isNew, lockReminderCopy, saveReminderCopy } from '../persistence/copies.ts';

export const reminderConsumer = 'scheduling-reminder';

/** Keeps `reminderStatus` and `reminderLastSentAt` in step with what reminders says. */
export async function onReminderEvent({ database }: { database: Database }, event: ReminderEvent): Promise<void> {
  await inTransaction(database, async (em) => {
    if (!(await isNew(em, reminderConsumer, event.id))) return;
    const { assignmentId } = event.data;
    const copy = await lockReminderCopy(em, assignmentId);
    if (copy) await saveReminderCopy(em, assignmentId, copyReminder(copy, event));
  });
}
