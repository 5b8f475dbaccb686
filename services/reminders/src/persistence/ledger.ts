import type { ReminderState } from '@punctual/contracts';
import type { AnyBulkWriteOperation } from 'mongodb';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { type LedgerRow, newRow, type RowClaim } from '../domain/ledger-row.ts';
import { type OutboxEntry, reminderId } from '../domain/outbox-entry.ts';
import { falseOnDuplicates } from './assignments.ts';
import { type ReminderDocument, toDate, toRow, toRowDocument, toStored } from './documents.ts';
import type { Store } from './store.ts';

/** States of reminders that may be claimed. */
export const waiting: ReminderState[] = ['PLANNED', 'OVERDUE'];
/** States of reminders that are neither sent nor suppressed. */
export const unfinished: ReminderState[] = [...waiting, 'SENDING'];

/**
 * Writes what the outboxes of these records have decided into the ledger, except the sending
 * itself. May be repeated, and by several workers at once: a row is inserted once, and none leaves
 * its final state.
 */
export async function applyToLedger(store: Store, records: AssignmentRecord[]): Promise<void> {
  const decisions = records.flatMap(({ assignmentId, outbox }) => outbox.map((entry) => ({ assignmentId, entry })));
  const rows = decisions.flatMap(({ assignmentId, entry }) => newRow(assignmentId, entry) ?? []);
  // Rows first: an outbox may both plan a reminder and suppress it.
  if (rows.length > 0)
    await store.ledger.insertMany(rows.map(toRowDocument), { ordered: false }).catch(falseOnDuplicates);
  const changes = decisions.flatMap(({ assignmentId, entry }) => changesOf(assignmentId, entry));
  if (changes.length > 0) await store.ledger.bulkWrite(changes, { ordered: false });
}

/** Writes what the stream says of these reminders: missing rows, and the states that rows end in. */
export async function adoptRows(store: Store, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  await store.ledger.insertMany(rows.map(toRowDocument), { ordered: false }).catch(falseOnDuplicates);
  const changes = rows.flatMap(adoptionOf);
  if (changes.length > 0) await store.ledger.bulkWrite(changes, { ordered: false });
}

/**
 * Claims for one worker those of these reminders that no other has: the filter on the state is the
 * fence.
 */
export async function claimRows(store: Store, ids: string[], claim: RowClaim): Promise<LedgerRow[]> {
  const { modifiedCount } = await store.ledger.updateMany(
    { _id: { $in: ids }, state: { $in: waiting } },
    { $set: { state: 'SENDING', claim: toStored(claim) } },
  );
  if (modifiedCount === 0) return [];
  return (await store.ledger.find({ _id: { $in: ids }, 'claim.id': claim.id }).toArray()).map(toRow);
}

/**
 * Releases what a worker claimed and did not finish in time. The record knows whether it was
 * decided to be sent.
 */
export async function releaseStaleClaims(store: Store, now: Temporal.Instant): Promise<number> {
  const stale = { state: 'SENDING', 'claim.until': { $lt: toDate(now) } } as const;
  const late = await store.ledger.updateMany({ ...stale, overdue: true }, { $set: { state: 'OVERDUE', claim: null } });
  const rest = await store.ledger.updateMany(stale, { $set: { state: 'PLANNED', claim: null } });
  return late.modifiedCount + rest.modifiedCount;
}

/**
 * @throws when the store did not mark all of them: FerretDB may not report that it broke up a
 *   deadlock
 */
export async function markSent(store: Store, ids: string[], sentAt: Temporal.Instant): Promise<void> {
  if (ids.length === 0) return;
  const unmarked = { _id: { $in: ids }, state: { $ne: 'SENT' } } as const;
  const { modifiedCount } = await store.ledger.updateMany(unmarked, {
    $set: { state: 'SENT', sentAt: toDate(sentAt), claim: null },
  });
  if (modifiedCount === ids.length) return;
  const left = await store.ledger.countDocuments(unmarked);
  if (left > 0) throw new Error(`The store has not marked ${left} of ${ids.length} reminders as sent.`);
}

function adoptionOf({
  id: _id,
  state,
  sentAt,
  suppressedBecause,
}: LedgerRow): AnyBulkWriteOperation<ReminderDocument>[] {
  const end = { state, sentAt: sentAt && toDate(sentAt), suppressedBecause, claim: null };
  switch (state) {
    case 'SENT':
      return [{ updateOne: { filter: { _id, state: { $ne: state } }, update: { $set: end } } }];
    case 'SUPPRESSED':
      return [{ updateOne: { filter: { _id, state: { $in: unfinished } }, update: { $set: end } } }];
    case 'OVERDUE':
      return [{ updateOne: { filter: { _id, state: 'PLANNED' }, update: { $set: { state, overdue: true } } } }];
    default:
      return [];
  }
}

function changesOf(assignmentId: string, entry: OutboxEntry): AnyBulkWriteOperation<ReminderDocument>[] {
  const _id = reminderId(assignmentId, entry.scheduleVersion, entry.kind);
  if (entry.type === 'reminder.suppressed' && entry.planned === null) {
    const end = { state: 'SUPPRESSED', suppressedBecause: entry.because, claim: null } as const;
    return [{ updateOne: { filter: { _id, state: { $in: unfinished } }, update: { $set: end } } }];
  }
  if (entry.type === 'reminder.overdue') {
    return [
      { updateOne: { filter: { _id }, update: { $set: { overdue: true } } } },
      { updateOne: { filter: { _id, state: 'PLANNED' }, update: { $set: { state: 'OVERDUE' } } } },
    ];
  }
  return [];
}
