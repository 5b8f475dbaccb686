import { formatInstant } from '@punctual/chassis';
import { consumers, explainedItems, type RemindersExplanation } from '@punctual/contracts';
import { findAssignment } from '../persistence/assignments.ts';
import { latestRows } from '../persistence/ledger-queries.ts';
import type { Store } from '../persistence/store.ts';
import { noSuchReminders, toReminder } from './list-reminders.ts';

/**
 * Returns reminders' part of the explanation of an assignment: the latest items of each list.
 * @throws DomainError `not-found` before the first event of the assignment
 */
export async function explainAssignment(deps: { store: Store }, assignmentId: string): Promise<RemindersExplanation> {
  const record = await findAssignment(deps.store, assignmentId);
  if (!record) throw noSuchReminders(assignmentId);
  const { version, sequence, outbox } = record;
  const rows = await latestRows(deps.store, assignmentId, explainedItems + 1);
  return {
    reminders: rows.slice(-explainedItems).map(toReminder),
    sequence,
    unpublished: outbox.slice(-explainedItems).map(({ type, kind, scheduleVersion, at }) => ({
      type,
      kind,
      scheduleVersion,
      at: formatInstant(at),
    })),
    follows: [{ consumer: consumers.remindersSchedule.durable, version }],
    truncated: Math.max(rows.length, outbox.length) > explainedItems,
  };
}
