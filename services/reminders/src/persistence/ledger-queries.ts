import type { ReminderState } from '@punctual/contracts';
import type { Filter } from 'mongodb';
import type { AssignmentRecord } from '../domain/assignment.ts';
import type { LedgerRow } from '../domain/ledger-row.ts';
import { reminderId } from '../domain/outbox-entry.ts';
import { type ReminderDocument, toDate, toInstant, toRow } from './documents.ts';
import { unfinished, waiting } from './ledger.ts';
import type { Store } from './store.ts';

/** The ids of the reminders that are due, those that have waited longest first. */
export async function findDue(store: Store, now: Temporal.Instant, limit: number): Promise<string[]> {
  const due = await store.ledger
    .find({ state: { $in: waiting }, sendAt: { $lte: toDate(now) } }, { projection: { _id: 1 } })
    .sort({ sendAt: 1 })
    .limit(limit)
    .toArray();
  return due.map(({ _id }) => _id);
}

export async function findRows(store: Store, ids: string[]): Promise<LedgerRow[]> {
  return (await store.ledger.find({ _id: { $in: ids } }).toArray()).map(toRow);
}

/** Planned reminders whose time was before `before` and whose delay is not reported yet. */
export async function findLate(store: Store, before: Temporal.Instant, limit: number): Promise<LedgerRow[]> {
  const late = await store.ledger
    .find({ state: 'PLANNED', sendAt: { $lt: toDate(before) }, overdue: false })
    .sort({ sendAt: 1 })
    .limit(limit)
    .toArray();
  return late.map(toRow);
}

/** The reminders in a state whose time comes first. */
export async function findFirst(store: Store, state: ReminderState, limit: number): Promise<LedgerRow[]> {
  return (await store.ledger.find({ state }).sort({ sendAt: 1 }).limit(limit).toArray()).map(toRow);
}

/** When the next reminder is to be sent, if that is after `from` and before `to`. */
export async function nextSendAt(
  store: Store,
  from: Temporal.Instant,
  to: Temporal.Instant,
): Promise<Temporal.Instant | undefined> {
  const [next] = await store.ledger
    .find({ state: 'PLANNED', sendAt: { $gt: toDate(from), $lt: toDate(to) } }, { projection: { sendAt: 1 } })
    .sort({ sendAt: 1 })
    .limit(1)
    .toArray();
  return next && toInstant(next.sendAt);
}

/** The position of a row in its assignment, ordered by version, time and id. */
export type LedgerPosition = { scheduleVersion: number; dueAt: Temporal.Instant; id: string };

/** A page of an assignment's rows, from the beginning or after a position. */
export async function pageRows(
  store: Store,
  assignmentId: string,
  { after, limit }: { after?: LedgerPosition | undefined; limit: number },
): Promise<LedgerRow[]> {
  const filter = after ? { $and: [isOf(assignmentId), isAfter(after)] } : isOf(assignmentId);
  const rows = await store.ledger.find(filter).sort({ scheduleVersion: 1, dueAt: 1, _id: 1 }).limit(limit).toArray();
  return rows.map(toRow);
}

/** The latest rows of an assignment, in their order. */
export async function latestRows(store: Store, assignmentId: string, limit: number): Promise<LedgerRow[]> {
  const newest = { scheduleVersion: -1, dueAt: -1, _id: -1 } as const;
  const rows = await store.ledger.find(isOf(assignmentId)).sort(newest).limit(limit).toArray();
  return rows.reverse().map(toRow);
}

/** The ids begin with the assignment's id and a colon. A semicolon is the next character. */
function isOf(assignmentId: string): Filter<ReminderDocument> {
  return { _id: { $gte: `${assignmentId}:`, $lt: `${assignmentId};` } };
}

function isAfter({ scheduleVersion, dueAt: instant, id }: LedgerPosition): Filter<ReminderDocument> {
  const dueAt = toDate(instant);
  return {
    $or: [
      { scheduleVersion: { $gt: scheduleVersion } },
      { scheduleVersion, dueAt: { $gt: dueAt } },
      { scheduleVersion, dueAt, _id: { $gt: id } },
    ],
  };
}

/** The reminders of these assignments that were sent, or that their outboxes hold as decided. */
export async function findSent(store: Store, records: readonly AssignmentRecord[]): Promise<Map<string, LedgerRow[]>> {
  const sent = records.map(async ({ assignmentId, outbox }) => {
    const due = outbox.filter(({ type }) => type === 'reminder.due');
    const decided = due.map((entry) => reminderId(assignmentId, entry.scheduleVersion, entry.kind));
    const isSent = { $or: [{ state: 'SENT' as const }, { _id: { $in: decided } }] };
    const rows = await store.ledger.find({ $and: [isOf(assignmentId), isSent] }).toArray();
    return [assignmentId, rows.map(toRow)] as const;
  });
  return new Map(await Promise.all(sent));
}

/** When the reminder that has been due longest was to be sent. */
export async function oldestDue(store: Store, now: Temporal.Instant): Promise<Temporal.Instant | undefined> {
  const [oldest] = await store.ledger
    .find(isDue(now), { projection: { sendAt: 1 } })
    .sort({ sendAt: 1 })
    .limit(1)
    .toArray();
  return oldest && toInstant(oldest.sendAt);
}

export function countDue(store: Store, now: Temporal.Instant): Promise<number> {
  return store.ledger.countDocuments(isDue(now));
}

export function countIn(store: Store, state: ReminderState): Promise<number> {
  return store.ledger.countDocuments({ state });
}

function isDue(now: Temporal.Instant): Filter<ReminderDocument> {
  return { state: { $in: unfinished }, sendAt: { $lte: toDate(now) } };
}
