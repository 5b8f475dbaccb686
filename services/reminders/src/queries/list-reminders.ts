import { type Caller, formatInstant, fromCursor, toCursor } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { Instant, type PageQuery, type Reminder, ReminderId, type Reminders } from '@punctual/contracts';
import { z } from 'zod';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { msBetween } from '../domain/instants.ts';
import type { LedgerRow } from '../domain/ledger-row.ts';
import { findAssignment } from '../persistence/assignments.ts';
import { type LedgerPosition, pageRows } from '../persistence/ledger-queries.ts';
import type { Store } from '../persistence/store.ts';

/**
 * Lists a page of all reminders that were ever planned for an assignment, with the outcome of each.
 * @throws DomainError `validation-failed` for a cursor of another list, `not-found` for an unknown
 *   assignment, or one that the caller may not see
 */
export async function listReminders(
  { store }: { store: Store },
  { assignmentId, caller, limit, cursor }: PageQuery & { assignmentId: string; caller: Caller },
): Promise<Reminders> {
  const after = cursor === undefined ? undefined : toPosition(assignmentId, cursor);
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

/** A reminder's id begins with its assignment's, so a cursor names its list. */
function toPosition(assignmentId: string, cursor: string): LedgerPosition {
  const ofThisList = Written.refine(([id]) => id.startsWith(`${assignmentId}:`));
  const [id, dueAt] = fromCursor(cursor, ofThisList);
  return { scheduleVersion: Number(id.split(':')[1]), dueAt: Temporal.Instant.from(dueAt), id };
}

export function noSuchReminders(assignmentId: string): DomainError {
  return new DomainError('not-found', `There is no assignment ${assignmentId} with reminders.`);
}

function maySee({ customerId, providerId }: AssignmentRecord, { id, roles }: Caller): boolean {
  if (roles.includes('ops') || roles.includes('finance')) return true;
  return (roles.includes('customer') && id === customerId) || (roles.includes('provider') && id === providerId);
}

/** A ledger row as the API shows it. */
export function toReminder(row: LedgerRow): Reminder {
  const { id, assignmentId, scheduleVersion, kind, state, suppressedBecause, dueAt, sentAt, audience, window } = row;
  return {
    id,
    assignmentId,
    scheduleVersion,
    kind,
    state,
    suppressedBecause,
    dueAt: formatInstant(dueAt),
    sentAt: sentAt && formatInstant(sentAt),
    latenessMs: sentAt === null ? null : msBetween(dueAt, sentAt),
    audience,
    window,
  };
}
