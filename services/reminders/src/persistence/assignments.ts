import type { ReminderKind } from '@punctual/contracts';
import {
  type AnyBulkWriteOperation,
  type Filter,
  MongoBulkWriteError,
  MongoServerError,
  type UpdateFilter,
} from 'mongodb';
import type { AssignmentRecord } from '../domain/assignment.ts';
import type { OutboxEntry } from '../domain/outbox-entry.ts';
import { type AssignmentDocument, toDate, toRecord, toRecordDocument, toStored } from './documents.ts';
import { isUnsettled, type Store } from './store.ts';

const duplicateKey = 11000;

export async function findAssignment(store: Store, assignmentId: string): Promise<AssignmentRecord | undefined> {
  const [record] = await findAssignments(store, [assignmentId]);
  return record;
}

export async function findAssignments(store: Store, assignmentIds: string[]): Promise<AssignmentRecord[]> {
  return (await store.assignments.find({ _id: { $in: assignmentIds } }).toArray()).map(toRecord);
}

/** Records whose outbox has not been flushed for a while. */
export async function findUnsettled(
  store: Store,
  before: Temporal.Instant,
  limit: number,
): Promise<AssignmentRecord[]> {
  return (
    await store.assignments
      .find({ ...isUnsettled, 'outbox.at': { $lt: toDate(before) } })
      .limit(limit)
      .toArray()
  ).map(toRecord);
}

/** A record's change from one state, or from none, to another. */
export type RecordStep = { from: AssignmentRecord | undefined; to: AssignmentRecord };

/**
 * Moves records forward, each only from the state that its step was decided on.
 * @returns whether all were moved; if not, read and decide again: a record that was moved decides
 *   nothing the second time
 */
export async function saveSteps(store: Store, steps: readonly RecordStep[]): Promise<boolean> {
  const first = steps.filter(({ from }) => from === undefined).map(({ to }) => toRecordDocument(to));
  const next = steps.flatMap(({ from, to }) => (from === undefined ? [] : stepOn(from, to)));
  const [areNew, matched] = await Promise.all([
    first.length === 0 || store.assignments.insertMany(first, { ordered: false }).then(() => true, falseOnDuplicates),
    next.length === 0
      ? 0
      : store.assignments.bulkWrite(next, { ordered: false }).then(({ matchedCount }) => matchedCount),
  ]);
  return areNew && matched === next.length;
}

function stepOn(from: AssignmentRecord, to: AssignmentRecord): AnyBulkWriteOperation<AssignmentDocument> {
  const { assignmentId: _id, sequence: _, outbox, ...fields } = to;
  const entries = outbox.slice(from.outbox.length);
  return {
    updateOne: {
      // `sequence` grows with every decision, also the clock's.
      filter: { _id, version: from.version, sequence: from.sequence },
      update: {
        $set: toStored(fields),
        $inc: { sequence: entries.length },
        $push: { outbox: { $each: toStored(entries) } },
      },
    },
  };
}

/**
 * Brings records to what their streams say of their reminders, each only in the state that its step was
 * decided on: an outbox that was emptied meanwhile is not filled again, and an erased title stays erased.
 * @returns whether all were; if not, read and decide again
 */
export async function replaceRecords(store: Store, steps: readonly RecordStep[]): Promise<boolean> {
  const first = steps.filter(({ from }) => from === undefined).map(({ to }) => toRecordDocument(to));
  const next = steps.flatMap(({ from, to }) => (from === undefined ? [] : replacement(from, to)));
  const areNew =
    first.length === 0 ||
    (await store.assignments.insertMany(first, { ordered: false }).then(() => true, falseOnDuplicates));
  const matched = next.length === 0 ? 0 : (await store.assignments.bulkWrite(next, { ordered: false })).matchedCount;
  return areNew && matched === next.length;
}

function replacement(
  { version, sequence, outbox: { length } }: AssignmentRecord,
  to: AssignmentRecord,
): AnyBulkWriteOperation<AssignmentDocument> {
  const { _id, open, overdue, sequence: last, outbox, ahead = [] } = toRecordDocument(to);
  return {
    updateOne: {
      filter: { _id, version, sequence, outbox: { $size: length } },
      update: { $set: { open, overdue, sequence: last, outbox, ahead } },
    },
  };
}

export type BulkDecision = { assignmentIds: string[]; scheduleVersion: number; kind: ReminderKind; entry: OutboxEntry };

/**
 * Ends reminders in many records at once, where the version is current and the reminder is open.
 * The write itself tests this, so a reminder is sent or suppressed exactly once, and never for an
 * older version.
 */
export async function closeReminders(store: Store, decisions: readonly BulkDecision[]): Promise<void> {
  await updateAll(
    store,
    decisions.map(({ assignmentIds, scheduleVersion, kind, entry }) => ({
      filter: { _id: { $in: assignmentIds }, version: scheduleVersion, open: kind },
      update: { $pull: { open: kind, overdue: kind }, $inc: { sequence: 1 }, $push: { outbox: toStored(entry) } },
    })),
  );
}

/** Records in many records at once that an open reminder is late, once for each. */
export async function noteOverdue(store: Store, decisions: readonly BulkDecision[]): Promise<void> {
  await updateAll(
    store,
    decisions.map(({ assignmentIds, scheduleVersion, kind, entry }) => ({
      filter: { _id: { $in: assignmentIds }, version: scheduleVersion, open: kind, overdue: { $ne: kind } },
      update: { $push: { overdue: kind, outbox: toStored(entry) }, $inc: { sequence: 1 } },
    })),
  );
}

/**
 * Removes published entries from the outboxes: the oldest only, since the others are numbered by
 * their position.
 */
export async function removeFromOutbox(
  store: Store,
  carriedOut: { assignmentId: string; keys: string[] }[],
): Promise<void> {
  const alike = Map.groupBy(carriedOut, ({ keys }) => keys.join());
  await updateAll(
    store,
    Array.from(alike.values(), (group) => ({
      filter: { _id: { $in: group.map(({ assignmentId }) => assignmentId) } },
      update: { $pull: { outbox: { key: { $in: group[0]?.keys ?? [] } } } },
    })),
  );
}

type Update = { filter: Filter<AssignmentDocument>; update: UpdateFilter<AssignmentDocument> };

/**
 * Uses one round trip. Throws only the driver's message and code: its own error would log all
 * documents.
 */
async function updateAll(store: Store, updates: Update[]): Promise<void> {
  if (updates.length === 0) return;
  const operations = updates.map((updateMany) => ({ updateMany }));
  await store.assignments.bulkWrite(operations, { ordered: false }).catch((error: unknown) => {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    throw new MongoServerError({ message: error.message, code: error.code });
  });
}

export function falseOnDuplicate(error: unknown): false {
  if (error instanceof MongoServerError && error.code === duplicateKey) return false;
  throw error;
}

/** @throws unless every failure is a duplicate */
export function falseOnDuplicates(error: unknown): false {
  const failures = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
  if (failures.length === 0 || failures.some(({ code }) => code !== duplicateKey)) throw error;
  return false;
}
