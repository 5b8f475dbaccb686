import { type Caller, fromCursor, toCursor } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { Instant, type PageQuery, type Reminder, ReminderId, type Reminders } from '@punctual/contracts';
import { z } from 'zod';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { findAssignment } from '../persistence/assignments.ts';
import type { ReminderDocument } from '../persistence/documents.ts';
import { type Place, pageRows } from '../persistence/ledger.ts';
import type { Store } from '../persistence/store.ts';

/**
 * A page of the reminders that were ever planned for an assignment, with what became of each and why.
 * @throws DomainError `validation-failed` for a cursor of another list, `not-found` for an assignment that no event has told of, or that is not for the caller's eyes
 */
export async function listReminders(
  { store }: { store: Store },
  { assignmentId, caller, limit, cursor }: PageQuery & { assignmentId: string; caller: Caller },
): Promise<Reminders> {
  const after = cursor === undefined ? undefined : toPlace(assignmentId, cursor);
  const record = await findAssignment(store, assignmentId);
  if (record === undefined || !maySee(record, caller)) {
    throw noSuchReminders(assignmentId);
  }
  const found = await pageRows(store, assignmentId, { after, limit: limit + 1 });
  const items = found.slice(0, limit).map(toReminder);
  const last = items.at(-1);
  return { items, nextCursor: last && found.length > limit ? toCursor(last.id, last.dueAt) : null };
}

const Written = z.tuple([ReminderId, Instant]);

/** A reminder's id begins with its assignment's, so it names the list too. */
function toPlace(assignmentId: string, cursor: string): Place {
  const ofThisList = Written.refine(([id]) => id.startsWith(`${assignmentId}:`));
  const [id, dueAt] = fromCursor(cursor, ofThisList);
  return { scheduleVersion: Number(id.split(':')[1]), dueAt: new Date(dueAt), id };
}

export function noSuchReminders(assignmentId: string): DomainError {
  return new DomainError('not-found', `There is no assignment ${assignmentId} with reminders.`);
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
