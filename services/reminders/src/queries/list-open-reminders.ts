import type { Caller } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import type { OpenRemindersQuery, Reminder } from '@punctual/contracts';
import { findFirst } from '../persistence/ledger.ts';
import type { Store } from '../persistence/store.ts';
import { toReminder } from './list-reminders.ts';

/**
 * What is to be sent next, or what is late and still to be sent, for ops.
 * @throws DomainError `forbidden`
 */
export async function listOpenReminders(
  { store }: { store: Store },
  { state, limit, caller }: OpenRemindersQuery & { caller: Caller },
): Promise<Reminder[]> {
  if (!caller.roles.includes('ops')) throw new DomainError('forbidden', 'This is for ops.');
  return (await findFirst(store, state === 'overdue' ? 'OVERDUE' : 'PLANNED', limit)).map(toReminder);
}
