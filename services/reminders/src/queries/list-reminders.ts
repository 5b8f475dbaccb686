import type { Caller } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import type { Reminder } from '@punctual/contracts';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { findAssignment } from '../persistence/assignments.ts';
import type { ReminderDocument } from '../persistence/documents.ts';
import { listRows } from '../persistence/ledger.ts';
import type { Store } from '../persistence/store.ts';

/**
 * Every reminder that was ever planned for an assignment, with what became of it and why.
 * @throws DomainError `not-found` for an assignment that no event has told of, or that is not for the caller's eyes
 */
export async function listReminders(
  { store }: { store: Store },
  { assignmentId, caller }: { assignmentId: string; caller: Caller },
): Promise<Reminder[]> {
  const record = await findAssignment(store, assignmentId);
  if (record === undefined || !maySee(record, caller)) {
    throw new DomainError('not-found', `There is no assignment ${assignmentId} with reminders.`);
  }
  return (await listRows(store, assignmentId)).map(toReminder);
}

function maySee({ customerId, providerId }: AssignmentRecord, { id, roles }: Caller): boolean {
  if (roles.includes('ops') || roles.includes('finance')) return true;
  return (roles.includes('customer') && id === customerId) || (roles.includes('provider') && id === providerId);
}

/** A row of the ledger as the API shows it. */
export function toReminder(row: ReminderDocument): Reminder {
  const {
    _id: id,
    assignmentId,
    scheduleVersion,
    kind,
    state,
    suppressedBecause,
    dueAt,
    sentAt,
    audience,
    window,
  } = row;
  return {
    id,
    assignmentId,
    scheduleVersion,
    kind,
    state,
    suppressedBecause,
    dueAt: dueAt.toISOString(),
    sentAt: sentAt?.toISOString() ?? null,
    latenessMs: sentAt === null ? null : sentAt.getTime() - dueAt.getTime(),
    audience,
    window,
  };
}
