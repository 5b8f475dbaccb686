import type { OpenRemindersQuery, Reminder } from '@punctual/contracts';
import { findFirst } from '../persistence/ledger-queries.ts';
import type { Store } from '../persistence/store.ts';
import { toReminder } from './list-reminders.ts';

/** Lists the reminders that are due next, or those that are overdue. */
export async function listOpenReminders(
  { store }: { store: Store },
  { state, limit }: OpenRemindersQuery,
): Promise<Reminder[]> {
  return (await findFirst(store, state === 'overdue' ? 'OVERDUE' : 'PLANNED', limit)).map(toReminder);
}
