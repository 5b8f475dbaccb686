import { type Broker, failpoint, publishAll } from '@punctual/chassis';
import { type AssignmentRecord, reminderId } from '../domain/assignment.ts';
import { toReminderEvent } from '../messaging/reminder-event.ts';
import { takeOff } from '../persistence/assignments.ts';
import type { ReminderDocument } from '../persistence/documents.ts';
import { enterDecisions, findRows, markSent, newRow } from '../persistence/ledger.ts';
import { recordDispatch } from '../persistence/pulse.ts';
import type { CommandDeps } from './deps.ts';

type Published = { assignmentId: string; keys: string[]; sent: ReminderDocument[] };
type Rows = ReadonlyMap<string, ReminderDocument>;

/**
 * Carries out what the outboxes of these records hold: ledger, alarms, events, in this order, and then takes it off. Every step
 * may be repeated, so after a crash at any point whoever finds the record does it (again). The events of one assignment go
 * out one after another; a failure keeps back those behind it and no other assignment's.
 * @param known rows of the ledger that the caller has read, and that are not to be read again
 * @throws when something could not be published; it stays in its outbox
 */
export async function carryOut(
  deps: CommandDeps,
  found: AssignmentRecord[],
  known: readonly ReminderDocument[] = [],
): Promise<void> {
  const { store, metrics } = deps;
  const records = found.filter(({ outbox }) => outbox.length > 0);
  if (records.length === 0) return;
  await enterDecisions(store, records);
  await deps.alarms.set(alarmsOf(records));

  await deps.broker.check();
  const broker = await deps.broker.connected();
  const rows = await rowsOf(deps, records, known);
  const sentAt = deps.now();
  const results = records.map(({ assignmentId }): Published => ({ assignmentId, keys: [], sent: [] }));
  const failure = await publishInOrder({ broker, rows, sentAt }, records, results);

  const sent = results.flatMap((published) => published.sent);
  if (sent.length > 0) await failpoint('mid-send');
  await markSent(
    store,
    sent.map(({ _id }) => _id),
    sentAt,
  );
  if (sent.length > 0) await failpoint('after-sent');
  await takeOff(
    store,
    results.filter(({ keys }) => keys.length > 0),
  );
  if (sent.length > 0) await recordDispatch(store, sentAt);
  for (const { dueAt } of sent) metrics.sent(sentAt.getTime() - dueAt.getTime());
  if (failure) throw failure;
}

/** What an entry plans says itself what its row is; of the others it is asked for. */
async function rowsOf({ store }: CommandDeps, records: AssignmentRecord[], known: readonly ReminderDocument[]) {
  const planned = records.flatMap(({ assignmentId, outbox }) =>
    outbox.flatMap((entry) => newRow(assignmentId, entry) ?? []),
  );
  const rows = new Map([...known, ...planned].map((row) => [row._id, row]));
  const missing = records.flatMap(reminderIds).filter((id) => !rows.has(id));
  if (missing.length > 0) for (const row of await findRows(store, missing)) rows.set(row._id, row);
  return rows;
}

/**
 * Of all records the first entries at once, then the second ones of those whose first is out, and so on.
 * @returns why something is not out, if so
 */
async function publishInOrder(
  { broker, rows, sentAt }: { broker: Broker; rows: Rows; sentAt: Date },
  records: AssignmentRecord[],
  results: Published[],
): Promise<Error | undefined> {
  let failure: Error | undefined;
  let going = records.map((record, index) => ({ record, published: results[index] }));
  for (let place = 0; going.length > 0; place += 1) {
    const steps = going.flatMap(({ record, published }) => {
      const entry = record.outbox[place];
      if (entry === undefined || published === undefined) return [];
      const row = rows.get(reminderId(record.assignmentId, entry.scheduleVersion, entry.kind));
      if (row === undefined) throw new Error(`the ledger has no row for ${entry.key} of ${record.assignmentId}`);
      const sequence = record.sequence - record.outbox.length + 1 + place;
      return [{ record, published, entry, row, event: toReminderEvent({ record, entry, row, sequence, sentAt }) }];
    });
    const failures = await publishAll(
      broker,
      steps.map(({ event }) => event),
    );
    failure ??= failures.find((each) => each !== undefined);
    const done = steps.filter((_step, index) => failures[index] === undefined);
    for (const { published, entry, row } of done) {
      published.keys.push(entry.key);
      if (entry.type === 'reminder.due') published.sent.push(row);
    }
    going = done;
  }
  return failure;
}

function alarmsOf(records: AssignmentRecord[]): Date[] {
  return records.flatMap(({ outbox }) =>
    outbox.flatMap((entry) => (entry.type === 'reminder.queued' ? entry.planned.sendAt : [])),
  );
}

function reminderIds({ assignmentId, outbox }: AssignmentRecord): string[] {
  return outbox.map(({ scheduleVersion, kind }) => reminderId(assignmentId, scheduleVersion, kind));
}
