import type { ReminderKind } from '@punctual/contracts';
import { MongoServerError } from 'mongodb';
import type { AssignmentRecord, Entry, Move } from '../domain/assignment.ts';
import type { AssignmentDocument } from './documents.ts';
import type { Store } from './store.ts';

const duplicateKey = 11000;

export async function findAssignment(store: Store, assignmentId: string): Promise<AssignmentRecord | undefined> {
  const [record] = await findAssignments(store, [assignmentId]);
  return record;
}

export async function findAssignments(store: Store, assignmentIds: string[]): Promise<AssignmentRecord[]> {
  return (await store.assignments.find({ _id: { $in: assignmentIds } }).toArray()).map(toRecord);
}

/** Records with decisions that nobody has carried out for a while. */
export async function findUnsettled(store: Store, before: Date, limit: number): Promise<AssignmentRecord[]> {
  return (
    await store.assignments
      .find({ 'outbox.at': { $lt: before } })
      .limit(limit)
      .toArray()
  ).map(toRecord);
}

/**
 * Moves the record forward from exactly the state that the move was decided on.
 * @returns false when the record is not (any more) in that state: read it again, and decide again
 */
export async function saveMove(
  store: Store,
  { assignmentId, from, move }: { assignmentId: string; from: AssignmentRecord | undefined; move: Move },
): Promise<boolean> {
  const { entries, ...fields } = move;
  if (from === undefined) {
    const first: AssignmentDocument = { _id: assignmentId, ...fields, sequence: entries.length, outbox: entries };
    return store.assignments.insertOne(first).then(() => true, falseOnDuplicate);
  }
  // `sequence` grows with every decision, so the clock cannot have taken one in between either.
  const { matchedCount } = await store.assignments.updateOne(
    { _id: assignmentId, version: from.version, sequence: from.sequence },
    { $set: fields, $inc: { sequence: entries.length }, $push: { outbox: { $each: entries } } },
  );
  return matchedCount === 1;
}

export type Decision = { assignmentIds: string[]; scheduleVersion: number; kind: ReminderKind; entry: Entry };

/**
 * Ends a reminder in many records at once: wherever this version is the current one and the reminder is open, in the same
 * write that tests it. So a reminder is sent or suppressed exactly once, and none of an overtaken version is sent.
 */
export async function closeReminders(store: Store, decision: Decision): Promise<void> {
  const { assignmentIds, scheduleVersion, kind, entry } = decision;
  await store.assignments.updateMany(
    { _id: { $in: assignmentIds }, version: scheduleVersion, open: kind },
    { $pull: { open: kind, overdue: kind }, $inc: { sequence: 1 }, $push: { outbox: entry } },
  );
}

/** Notes in many records at once, and once only, that an open reminder is late. */
export async function noteOverdue(store: Store, decision: Decision): Promise<void> {
  const { assignmentIds, scheduleVersion, kind, entry } = decision;
  await store.assignments.updateMany(
    { _id: { $in: assignmentIds }, version: scheduleVersion, open: kind, overdue: { $ne: kind } },
    { $push: { overdue: kind, outbox: entry }, $inc: { sequence: 1 } },
  );
}

/** Takes what was carried out off the outboxes. Only ever the oldest entries, since the others get their number from their place. */
export async function takeOff(store: Store, carriedOut: { assignmentId: string; keys: string[] }[]): Promise<void> {
  const alike = Map.groupBy(carriedOut, ({ keys }) => keys.join());
  for (const group of alike.values()) {
    const keys = group[0]?.keys ?? [];
    await store.assignments.updateMany(
      { _id: { $in: group.map(({ assignmentId }) => assignmentId) } },
      { $pull: { outbox: { key: { $in: keys } } } },
    );
  }
}

export function falseOnDuplicate(error: unknown): false {
  if (error instanceof MongoServerError && error.code === duplicateKey) return false;
  throw error;
}

function toRecord({ _id, ...fields }: AssignmentDocument): AssignmentRecord {
  return { assignmentId: _id, ...fields };
}
