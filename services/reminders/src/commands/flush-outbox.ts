import { type Broker, failpoint, type PubAck, publishEvents } from '@punctual/chassis';
import type { SuppressedBecause } from '@punctual/contracts';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { msBetween } from '../domain/instants.ts';
import { type LedgerRow, newRow } from '../domain/ledger-row.ts';
import { reminderId } from '../domain/outbox-entry.ts';
import { checkReminderStream, type ReminderStream } from '../messaging/check-reminder-stream.ts';
import { toReminderEvent } from '../messaging/events.ts';
import { isOnReminder } from '../messaging/is-on-reminder.ts';
import { removeFromOutbox } from '../persistence/assignments.ts';
import { recordDispatch } from '../persistence/heartbeat-store.ts';
import { applyToLedger, markSent } from '../persistence/ledger.ts';
import { findRows } from '../persistence/ledger-queries.ts';
import { advancePosition, createdAtOf, type Position } from '../persistence/positions.ts';
import { keepPublished, type StoredEvent } from '../persistence/published.ts';
import type { RemindersDeps } from './deps.ts';
import { type History, HistoryInDoubt } from './history.ts';

type Published = {
  assignmentId: string;
  keys: string[];
  sent: LedgerRow[];
  suppressed: SuppressedBecause[];
  stored: StoredEvent[];
  acks: PubAck[];
};
/** The history that a flush belongs to, and how REMINDER was when it began. */
type Basis = { since: number; stream: ReminderStream; position: Position };
type Rows = ReadonlyMap<string, LedgerRow>;

/** A stream that was deleted stays away for longer (ADR 0037), so what was seen of it holds this long. */
const seenForMs = 5_000;

/**
 * Carries out what the outboxes of these records hold (ledger, alarms, events, in this order), keeps
 * the events, then empties the outboxes, unless REMINDER may have lost the events since. Every step may
 * be repeated, so after a crash at any point any worker that finds the record continues. The events of
 * one assignment are published one after another; a failure holds back the later ones of that assignment
 * only.
 * @param since the generation of the history in which the records were read
 * @param known rows of the ledger that the caller has read already
 * @throws when something could not be published; it stays in its outbox
 */
export async function flushOutbox(
  deps: RemindersDeps,
  found: AssignmentRecord[],
  since: number,
  known: readonly LedgerRow[] = [],
): Promise<void> {
  const { store, metrics } = deps;
  const records = found.filter(({ outbox }) => outbox.length > 0);
  if (records.length === 0) return;
  assertSince(deps.history, since);
  await applyToLedger(store, records);
  await deps.alarms.set(alarmsOf(records));

  const seenAt = performance.now();
  const basis = await lookAtStream(deps, since);
  const broker = await deps.broker.connected();
  const rows = await rowsOf(deps, records, known);
  const sentAt = deps.now();
  const results = records.map(
    ({ assignmentId }): Published => ({ assignmentId, keys: [], sent: [], suppressed: [], stored: [], acks: [] }),
  );
  const isSame = () => deps.history.agreesSince(since) && performance.now() - seenAt < seenForMs;
  const failure = await publishInOrder({ broker, rows, sentAt, isSame }, records, results);

  const sent = results.flatMap((published) => published.sent);
  const stored = results.flatMap((published) => published.stored);
  if (sent.length > 0) await failpoint('mid-send');
  await Promise.all([
    markSent(
      store,
      sent.map(({ id }) => id),
      sentAt,
    ),
    keepPublished(store, stored, {
      stream: basis.stream.createdAt,
      at: sentAt,
      isThere: (each) => isOnReminder(broker, each),
    }),
  ]);
  if (sent.length > 0) await failpoint('after-sent');
  const acks = results.flatMap((published) => published.acks);
  if (acks.length > 0) await noteStored(deps, basis, acks);
  await removeFromOutbox(
    store,
    results.filter(({ keys }) => keys.length > 0),
  );
  if (sent.length > 0) await recordDispatch(store, sentAt);
  for (const { dueAt } of sent) metrics.sent(msBetween(dueAt, sentAt));
  for (const because of results.flatMap(({ suppressed }) => suppressed)) metrics.suppressed(because);
  if (failure) throw failure;
}

/** @throws when the records may be of a store, or the positions of a stream, that was restored since */
async function lookAtStream({ history, broker }: RemindersDeps, since: number): Promise<Basis> {
  // Before the stream is asked: it rises meanwhile.
  const position = history.known.REMINDER;
  if (!history.agreesSince(since)) throw new HistoryInDoubt();
  const stream = await checkReminderStream(broker);
  const isSame = position && createdAtOf(position) === stream.createdAt && stream.lastSequence >= position.sequence;
  if (!isSame) history.doubtStream();
  if (!isSame || !history.agreesSince(since)) throw new HistoryInDoubt();
  return { since, stream, position };
}

function assertSince(history: History, since: number): void {
  if (history.generation() !== since) throw new HistoryInDoubt();
}

/**
 * Moves the store's position in REMINDER, after the events are kept and before they leave their outboxes. So
 * a refill, which begins with another position, finds each of them in one or the other.
 * @throws when REMINDER may have lost the events
 */
async function noteStored(
  { store, history }: RemindersDeps,
  { since, stream, position }: Basis,
  acks: readonly PubAck[],
): Promise<void> {
  const low = acks.filter(({ sequence }) => sequence <= stream.lastSequence);
  // Another instance has published these events too.
  if (low.length > 0) history.suspect();
  if (low.some(({ duplicate }) => !duplicate)) history.doubtStream();
  const highest = Math.max(...acks.map(({ sequence }) => sequence));
  if (!(await advancePosition(store, 'REMINDER', position, highest))) history.doubt();
  if (!history.agreesSince(since)) throw new HistoryInDoubt();
  const { known } = history;
  if (known.REMINDER?.source !== position.source) throw new HistoryInDoubt();
  known.REMINDER = { source: position.source, sequence: Math.max(known.REMINDER.sequence, highest) };
}

/** The ledger rows of all entries. Those that an entry plans need no read. */
async function rowsOf({ store }: RemindersDeps, records: AssignmentRecord[], known: readonly LedgerRow[]) {
  const planned = records.flatMap(({ assignmentId, outbox }) =>
    outbox.flatMap((entry) => newRow(assignmentId, entry) ?? []),
  );
  const rows = new Map([...known, ...planned].map((row) => [row.id, row]));
  const missing = records.flatMap(reminderIds).filter((id) => !rows.has(id));
  if (missing.length > 0) for (const row of await findRows(store, missing)) rows.set(row.id, row);
  return rows;
}

/**
 * Publishes the first entries of all records at once, then the second entries of those that
 * succeeded, and so on, as long as the history is the same.
 * @returns the first failure, if any
 */
async function publishInOrder(
  { broker, rows, sentAt, isSame }: { broker: Broker; rows: Rows; sentAt: Temporal.Instant; isSame: () => boolean },
  records: AssignmentRecord[],
  results: Published[],
): Promise<Error | undefined> {
  let failure: Error | undefined;
  let going = records.map((record, index) => ({ record, published: results[index] }));
  for (let position = 0; going.length > 0; position += 1) {
    if (!isSame()) return failure ?? new HistoryInDoubt();
    const steps = going.flatMap(({ record, published }) => {
      const entry = record.outbox[position];
      if (entry === undefined || published === undefined) return [];
      const row = rows.get(reminderId(record.assignmentId, entry.scheduleVersion, entry.kind));
      if (row === undefined) throw new Error(`the ledger has no row for ${entry.key} of ${record.assignmentId}`);
      const sequence = record.sequence - record.outbox.length + 1 + position;
      return [{ record, published, entry, row, event: toReminderEvent({ record, entry, row, sequence, sentAt }) }];
    });
    const outcomes = await publishEvents(
      broker,
      steps.map(({ event }) => event),
    );
    failure ??= outcomes.find((each) => each instanceof Error);
    going = steps.filter(({ published, entry, row, event }, index) => {
      const ack = outcomes[index];
      if (ack === undefined || ack instanceof Error) return false;
      published.keys.push(entry.key);
      published.acks.push(ack);
      published.stored.push({ event, streamSequence: ack.sequence });
      if (entry.type === 'reminder.due') published.sent.push(row);
      if (entry.type === 'reminder.suppressed') published.suppressed.push(entry.because);
      return true;
    });
  }
  return failure;
}

function alarmsOf(records: AssignmentRecord[]): Temporal.Instant[] {
  return records.flatMap(({ outbox }) =>
    outbox.flatMap((entry) => (entry.type === 'reminder.queued' ? entry.planned.sendAt : [])),
  );
}

function reminderIds({ assignmentId, outbox }: AssignmentRecord): string[] {
  return outbox.map(({ scheduleVersion, kind }) => reminderId(assignmentId, scheduleVersion, kind));
}
