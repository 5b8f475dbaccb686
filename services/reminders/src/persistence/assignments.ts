import type { ReminderKind } from '@punctual/contracts';
import {
  type AnyBulkWriteOperation,
  type Filter,
  MongoBulkWriteError,
  MongoServerError,
  type UpdateFilter,
} from 'mongodb';
import type { AssignmentRecord, Entry } from '../domain/assignment.ts';
import type { AssignmentDocument } from './documents.ts';
import { isUnsettled, type Store } from './store.ts';

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
      .find({ ...isUnsettled, 'outbox.at': { $lt: before } })
      .limit(limit)
      .toArray()
  ).map(toRecord);
}

/** A record that is to go on from one state, or from nothing, to another. */
export type Step = { from: AssignmentRecord | undefined; to: AssignmentRecord };

/**
 * Moves records forward, each from exactly the state that its step was decided on; a record that is not in that state (any more)
 * stays as it is.
 * @returns whether all were moved; if not, read them again and decide again: what was moved decides nothing the second time
 */
export async function saveSteps(store: Store, steps: readonly Step[]): Promise<boolean> {
  const first = steps.filter(({ from }) => from === undefined).map(({ to }) => toDocument(to));
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
      // `sequence` grows with every decision, so the clock cannot have taken one in between either.
      filter: { _id, version: from.version, sequence: from.sequence },
      update: { $set: fields, $inc: { sequence: entries.length }, $push: { outbox: { $each: entries } } },
    },
  };
}

export type Decision = { assignmentIds: string[]; scheduleVersion: number; kind: ReminderKind; entry: Entry };

/**
 * Ends reminders in many records at once: wherever the version is the current one and the reminder is open, in the same
 * write that tests it. So a reminder is sent or suppressed exactly once, and none of an overtaken version is sent.
 */
export async function closeReminders(store: Store, decisions: readonly Decision[]): Promise<void> {
  await updateAll(
    store,
    decisions.map(({ assignmentIds, scheduleVersion, kind, entry }) => ({
      filter: { _id: { $in: assignmentIds }, version: scheduleVersion, open: kind },
      update: { $pull: { open: kind, overdue: kind }, $inc: { sequence: 1 }, $push: { outbox: entry } },
    })),
  );
}

/** Notes in many records at once, and once only, that an open reminder is late. */
export async function noteOverdue(store: Store, decisions: readonly Decision[]): Promise<void> {
  await updateAll(
    store,
    decisions.map(({ assignmentIds, scheduleVersion, kind, entry }) => ({
      filter: { _id: { $in: assignmentIds }, version: scheduleVersion, open: kind, overdue: { $ne: kind } },
      update: { $push: { overdue: kind, outbox: entry }, $inc: { sequence: 1 } },
    })),
  );
}

/** Takes what was carried out off the outboxes. Only ever the oldest entries, since the others get their number from their place. */
export async function takeOff(store: Store, carriedOut: { assignmentId: string; keys: string[] }[]): Promise<void> {
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

/** In one round trip. What it throws has the driver's words and code alone: its own error brings all that was to be written into the log. */
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

/** @throws unless all that failed was there before */
export function falseOnDuplicates(error: unknown): false {
  const failures = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
  if (failures.length === 0 || failures.some(({ code }) => code !== duplicateKey)) throw error;
  return false;
}

function toDocument({ assignmentId, ...fields }: AssignmentRecord): AssignmentDocument {
  return { _id: assignmentId, ...fields };
}

function toRecord({ _id, ...fields }: AssignmentDocument): AssignmentRecord {
  return { assignmentId: _id, ...fields };
}
