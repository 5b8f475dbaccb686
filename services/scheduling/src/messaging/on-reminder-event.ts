import type { Received } from '@punctual/chassis';
import { commitWith, type Database, inTransaction, rememberNew } from '@punctual/chassis/postgres';
import type { ReminderEvent } from '@punctual/contracts';
import { copyReminder } from '../domain/reminder-copy.ts';
import { lockReminderCopies, reminderCopyWrites } from '../persistence/copies.ts';

export const reminderConsumer = 'scheduling-reminder';

/** Keeps `reminderStatus` and `reminderLastSentAt` in step with what reminders says. */
export async function onReminderEvents(
  { database }: { database: Database },
  messages: readonly Received<ReminderEvent>[],
): Promise<void> {
  await inTransaction(database, async (em) => {
    const events = (await rememberNew(em, reminderConsumer, messages)).map(({ event }) => event);
    const copies = await lockReminderCopies(
      em,
      events.map(({ data }) => data.assignmentId),
    );
    for (const event of events) {
      const { assignmentId } = event.data;
      const copy = copies.get(assignmentId);
      if (copy) copies.set(assignmentId, copyReminder(copy, event));
    }
    await commitWith(em, reminderCopyWrites(copies));
  });
}
