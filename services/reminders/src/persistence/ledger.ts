import type { ReminderState } from '@punctual/contracts';
import type { AnyBulkWriteOperation, Filter } from 'mongodb';
import { type AssignmentRecord, type Entry, reminderId } from '../domain/assignment.ts';
import { falseOnDuplicates } from './assignments.ts';
import type { ReminderDocument } from './documents.ts';
import type { Store } from './store.ts';

/** May be claimed. */
const waiting: ReminderState[] = ['PLANNED', 'OVERDUE'];
/** Neither sent nor suppressed. */
const unfinished: ReminderState[] = [...waiting, 'SENDING'];

export type Claim = { id: string; until: Date };

/**
 * Writes into the ledger what the outboxes of these records have decided, but for the sending itself. May be repeated, and by
 * several at once: a row is inserted once, and none comes back from its end.
 */
export async function enterDecisions(store: Store, records: AssignmentRecord[]): Promise<void> {
  const decisions = records.flatMap(({ assignmentId, outbox }) => outbox.map((entry) => ({ assignmentId, entry })));
  const rows = decisions.flatMap(({ assignmentId, entry }) => newRow(assignmentId, entry) ?? []);
  // What was inserted before is as good as inserted now. Rows first: an outbox may both plan a reminder and suppress it.
  if (rows.length > 0) await store.ledger.insertMany(rows, { ordered: false }).catch(falseOnDuplicates);
  const changes = decisions.flatMap(({ assignmentId, entry }) => changesOf(assignmentId, entry));
  if (changes.length > 0) await store.ledger.bulkWrite(changes, { ordered: false });
}

/** Of the reminders that are due, the ids of those that have waited longest. */
export async function findDue(store: Store, now: Date, limit: number): Promise<string[]> {
  const due = await store.ledger
    .find({ state: { $in: waiting }, sendAt: { $lte: now } }, { projection: { _id: 1 } })
    .sort({ sendAt: 1 })
    .limit(limit)
    .toArray();
  return due.map(({ _id }) => _id);
}

/** Takes for one worker those of these reminders that no other has taken: the filter on the state is the fence. */
export async function claimRows(store: Store, ids: string[], claim: Claim): Promise<ReminderDocument[]> {
  const { modifiedCount } = await store.ledger.updateMany(
    { _id: { $in: ids }, state: { $in: waiting } },
    { $set: { state: 'SENDING', claim } },
  );
  if (modifiedCount === 0) return [];
  return store.ledger.find({ _id: { $in: ids }, 'claim.id': claim.id }).toArray();
}

/** Gives back what a worker has claimed and not finished in time. The record knows whether it was decided to be sent. */
export async function releaseStaleClaims(store: Store, now: Date): Promise<number> {
  const stale = { state: 'SENDING', 'claim.until': { $lt: now } } as const;
  const late = await store.ledger.updateMany({ ...stale, overdue: true }, { $set: { state: 'OVERDUE', claim: null } });
  const rest = await store.ledger.updateMany(stale, { $set: { state: 'PLANNED', claim: null } });
  return late.modifiedCount + rest.modifiedCount;
}

/** @throws when the store has not taken it for all, which FerretDB may not say when it breaks up a deadlock */
export async function markSent(store: Store, ids: string[], sentAt: Date): Promise<void> {
  if (ids.length === 0) return;
  const unmarked = { _id: { $in: ids }, state: { $ne: 'SENT' } } as const;
  const { modifiedCount } = await store.ledger.updateMany(unmarked, {
    $set: { state: 'SENT', sentAt, claim: null },
  });
  if (modifiedCount === ids.length) return;
  const left = await store.ledger.countDocuments(unmarked);
  if (left > 0) throw new Error(`The store has not marked ${left} of ${ids.length} reminders as sent.`);
}

export async function findRows(store: Store, ids: string[]): Promise<ReminderDocument[]> {
  return store.ledger.find({ _id: { $in: ids } }).toArray();
}

/** Planned, its moment was before `before`, and nobody was told. */
export async function findLate(store: Store, before: Date, limit: number): Promise<ReminderDocument[]> {
  return store.ledger
    .find({ state: 'PLANNED', sendAt: { $lt: before }, overdue: false })
    .sort({ sendAt: 1 })
    .limit(limit)
    .toArray();
}

/** Those in this state whose moment comes first. */
export function findFirst(store: Store, state: ReminderState, limit: number): Promise<ReminderDocument[]> {
  return store.ledger.find({ state }).sort({ sendAt: 1 }).limit(limit).toArray();
}

/** When the next reminder is to be sent, if that is after `from` and before `to`. */
export async function nextSendAt(store: Store, from: Date, to: Date): Promise<Date | undefined> {
  const [next] = await store.ledger
    .find({ state: 'PLANNED', sendAt: { $gt: from, $lt: to } }, { projection: { sendAt: 1 } })
    .sort({ sendAt: 1 })
    .limit(1)
    .toArray();
  return next?.sendAt;
}

/** The place of a row among those of its assignment: they are in the order of version, time and id. */
export type Place = { scheduleVersion: number; dueAt: Date; id: string };

/** A page of what the ledger holds of an assignment, from its beginning or from behind a place on. */
export async function pageRows(
  store: Store,
  assignmentId: string,
  { after, limit }: { after?: Place | undefined; limit: number },
): Promise<ReminderDocument[]> {
  const filter = after ? { $and: [isOf(assignmentId), behind(after)] } : isOf(assignmentId);
  return store.ledger.find(filter).sort({ scheduleVersion: 1, dueAt: 1, _id: 1 }).limit(limit).toArray();
}

/** The latest rows of an assignment, in their order. */
export async function latestRows(store: Store, assignmentId: string, limit: number): Promise<ReminderDocument[]> {
  const newest = { scheduleVersion: -1, dueAt: -1, _id: -1 } as const;
  return (await store.ledger.find(isOf(assignmentId)).sort(newest).limit(limit).toArray()).reverse();
}

/** Their ids begin with the assignment's and a colon, which a semicolon comes right after. */
function isOf(assignmentId: string): Filter<ReminderDocument> {
  return { _id: { $gte: `${assignmentId}:`, $lt: `${assignmentId};` } };
}

function behind({ scheduleVersion, dueAt, id }: Place): Filter<ReminderDocument> {
  return {
    $or: [
      { scheduleVersion: { $gt: scheduleVersion } },
      { scheduleVersion, dueAt: { $gt: dueAt } },
      { scheduleVersion, dueAt, _id: { $gt: id } },
    ],
  };
}

/** The reminders of these assignments that were sent, or that their outboxes hold as decided to be. */
export async function findSent(
  store: Store,
  records: readonly AssignmentRecord[],
): Promise<Map<string, ReminderDocument[]>> {
  const sent = records.map(async ({ assignmentId, outbox }) => {
    const due = outbox.filter(({ type }) => type === 'reminder.due');
    const decided = due.map((entry) => reminderId(assignmentId, entry.scheduleVersion, entry.kind));
    const isSent = { $or: [{ state: 'SENT' as const }, { _id: { $in: decided } }] };
    return [assignmentId, await store.ledger.find({ $and: [isOf(assignmentId), isSent] }).toArray()] as const;
  });
  return new Map(await Promise.all(sent));
}

/** The ids of reminders that were sent or suppressed, and whose moment was before `before`. */
export async function findEnded(store: Store, before: Date, limit: number): Promise<string[]> {
  const ended = await store.ledger
    .find({ state: { $in: ['SENT', 'SUPPRESSED'] }, sendAt: { $lt: before } }, { projection: { _id: 1 } })
    .limit(limit)
    .toArray();
  return ended.map(({ _id }) => _id);
}

export async function deleteRows(store: Store, ids: string[]): Promise<void> {
  if (ids.length > 0) await store.ledger.deleteMany({ _id: { $in: ids } });
}

/** When the reminder that has been due the longest was to be sent. */
export async function oldestDue(store: Store, now: Date): Promise<Date | undefined> {
  const [oldest] = await store.ledger
    .find(isDue(now), { projection: { sendAt: 1 } })
    .sort({ sendAt: 1 })
    .limit(1)
    .toArray();
  return oldest?.sendAt;
}

export function countDue(store: Store, now: Date): Promise<number> {
  return store.ledger.countDocuments(isDue(now));
}

export function countIn(store: Store, state: ReminderState): Promise<number> {
  return store.ledger.countDocuments({ state });
}

function isDue(now: Date): Filter<ReminderDocument> {
  return { state: { $in: unfinished }, sendAt: { $lte: now } };
}

/** The row that an entry begins, if it begins one. */
export function newRow(assignmentId: string, entry: Entry): ReminderDocument | undefined {
  if (!('planned' in entry) || entry.planned === null) return undefined;
  const { scheduleVersion, kind, traceparent } = entry;
  return {
    ...entry.planned,
    _id: reminderId(assignmentId, scheduleVersion, kind),
    assignmentId,
    scheduleVersion,
    state: entry.planned.suppressedBecause === null ? 'PLANNED' : 'SUPPRESSED',
    sentAt: null,
    overdue: false,
    traceparent,
    claim: null,
  };
}

function changesOf(assignmentId: string, entry: Entry): AnyBulkWriteOperation<ReminderDocument>[] {
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
