import { type Broker, failpoint, publishEvents } from '@punctual/chassis';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { msBetween } from '../domain/instants.ts';
import { type LedgerRow, newRow } from '../domain/ledger-row.ts';
import { reminderId } from '../domain/outbox-entry.ts';
import { checkReminderStream, type ReminderStream } from '../messaging/check-reminder-stream.ts';
import { toReminderEvent } from '../messaging/events.ts';
import { removeFromOutbox } from '../persistence/assignments.ts';
import { recordDispatch } from '../persistence/heartbeat-store.ts';
import { applyToLedger, markSent } from '../persistence/ledger.ts';
import { findRows } from '../persistence/ledger-queries.ts';
import { advancePosition, type Position } from '../persistence/positions.ts';
import { keepPublished, type StoredEvent } from '../persistence/published.ts';
import type { RemindersDeps } from './deps.ts';
import type { History } from './history.ts';

type Published = { assignmentId: string; keys: string[]; sent: LedgerRow[]; stored: StoredEvent[] };
type Rows = ReadonlyMap<string, LedgerRow>;

/**
 * Carries out what the outboxes of these records hold (ledger, alarms, events, in this order), keeps
 * the events, then empties the outboxes. Every step may be repeated, so after a crash at any point any worker that finds the
 * record continues. The events of one assignment are published one after another; a failure holds
 * back the later ones of that assignment only.
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

  await deps.history.agreed();
  // Before the stream is asked: it rises meanwhile.
  const position = deps.history.known.REMINDER;
  const stream = await checkReminderStream(deps.broker);
  assertSame(deps.history, { stream, position, since });
  const broker = await deps.broker.connected();
  const rows = await rowsOf(deps, records, known);
  const sentAt = deps.now();
  const results = records.map(({ assignmentId }): Published => ({ assignmentId, keys: [], sent: [], stored: [] }));
  const isSame = () => deps.history.generation() === since;
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
    keepPublished(store, stored, { stream: stream.createdAt, at: sentAt }),
    noteStored(deps, stream, stored),
  ]);
  if (sent.length > 0) await failpoint('after-sent');
  await removeFromOutbox(
    store,
    results.filter(({ keys }) => keys.length > 0),
  );
  if (sent.length > 0) await recordDispatch(store, sentAt);
  for (const { dueAt } of sent) metrics.sent(msBetween(dueAt, sentAt));
  if (failure) throw failure;
}

/** @throws when the records may be of a store, or the positions of a stream, that was restored since */
function assertSame(
  history: History,
  { stream, position, since }: { stream: ReminderStream; position: Position | undefined; since: number },
): void {
  const isSame =
    position?.source.split(' ')[0] === String(stream.createdAt) && stream.lastSequence >= position.sequence;
  if (!isSame) history.doubt();
  assertSince(history, since);
}

function assertSince(history: History, since: number): void {
  if (history.generation() !== since) throw restoredSince();
}

function restoredSince(): Error {
  return new Error('the store or REMINDER may have been restored');
}

/** Moves the store's position in REMINDER. What was expected and is not the case is looked into. */
async function noteStored(
  { store, history }: RemindersDeps,
  { lastSequence }: ReminderStream,
  stored: readonly StoredEvent[],
): Promise<void> {
  const { REMINDER: known } = history.known;
  const sequences = stored.map(({ streamSequence }) => streamSequence);
  if (sequences.length === 0 || known === undefined) return;
  const highest = Math.max(...sequences);
  // Another instance has published these events too, or the stream has lost its tail since.
  if (Math.min(...sequences) <= lastSequence) history.suspect();
  if (!(await advancePosition(store, 'REMINDER', known, highest))) return history.doubt();
  if (history.known.REMINDER?.source !== known.source) return;
  history.known.REMINDER = { source: known.source, sequence: Math.max(history.known.REMINDER.sequence, highest) };
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
    if (!isSame()) return failure ?? restoredSince();
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
      const streamSequence = outcomes[index];
      if (typeof streamSequence !== 'number') return false;
      published.keys.push(entry.key);
      published.stored.push({ event, streamSequence });
      if (entry.type === 'reminder.due') published.sent.push(row);
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
