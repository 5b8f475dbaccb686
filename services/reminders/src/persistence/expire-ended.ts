import type { ReminderState } from '@punctual/contracts';
import type { Store } from './store.ts';

const name = 'ended';
const ended: ReminderState[] = ['SENT', 'SUPPRESSED'];
const daySeconds = 86_400;

/**
 * Has the store remove reminders that were sent or suppressed, this many days after their time. The
 * record of their assignment stays for ever: its version makes the replay of an old event change
 * nothing, and its sequence numbers later events.
 */
export async function expireEnded({ db, ledger }: Pick<Store, 'db' | 'ledger'>, keepDays: number): Promise<void> {
  const expireAfterSeconds = keepDays * daySeconds;
  const index = (await ledger.indexes()).find((each) => each.name === name);
  if (!index) {
    // Only ended reminders are in it, so planning and claiming one costs no more.
    await ledger.createIndex(
      { sendAt: 1 },
      { name, expireAfterSeconds, partialFilterExpression: { state: { $in: ended } } },
    );
  } else if (index.expireAfterSeconds !== expireAfterSeconds) {
    await db.command({ collMod: ledger.collectionName, index: { name, expireAfterSeconds } });
  }
}
