import { type Broker, failpoint, publishEvent } from '@punctual/chassis';
import { type AssignmentRecord, reminderId } from '../domain/assignment.ts';
import { toReminderEvent } from '../messaging/reminder-event.ts';
import { takeOff } from '../persistence/assignments.ts';
import type { ReminderDocument } from '../persistence/documents.ts';
import { enterDecisions, findRows, markSent } from '../persistence/ledger.ts';
import { recordDispatch } from '../persistence/pulse.ts';
import type { CommandDeps } from './deps.ts';

type Published = { assignmentId: string; keys: string[]; sent: string[] };

/**
 * Carries out what the outboxes of these records hold: ledger, alarms, events, in this order, and then takes it off. Every step
 * may be repeated, so after a crash at any point whoever finds the record does it (again). The events of one assignment go
 * out one after another; a failure keeps back those behind it and no other assignment's.
 * @throws when something could not be published; it stays in its outbox
 */
export async function carryOut(deps: CommandDeps, found: AssignmentRecord[]): Promise<void> {
  const { store } = deps;
  const records = found.filter(({ outbox }) => outbox.length > 0);
  if (records.length === 0) return;
  await enterDecisions(store, records);
  await deps.alarms.set(alarmsOf(records));

  await deps.broker.check();
  const broker = await deps.broker.connected();
  const rows = await findRows(store, records.flatMap(reminderIds));
  const sentAt = deps.now();
  const attempts = records.map(async (record) => {
    const published: Published = { assignmentId: record.assignmentId, keys: [], sent: [] };
    const failure = await publishInOrder({ broker, rows, sentAt }, record, published).catch((error: unknown) => error);
    return { published, failure };
  });
  const results = await Promise.all(attempts);

  const sent = results.flatMap(({ published }) => published.sent);
  if (sent.length > 0) await failpoint('mid-send');
  await markSent(store, sent, sentAt);
  await takeOff(
    store,
    results.map(({ published }) => published).filter(({ keys }) => keys.length > 0),
  );
  if (sent.length > 0) await recordDispatch(store, sentAt);
  const failed = results.find(({ failure }) => failure !== undefined);
  if (failed) throw failed.failure;
}

async function publishInOrder(
  deps: { broker: Broker; rows: Map<string, ReminderDocument>; sentAt: Date },
  record: AssignmentRecord,
  published: Published,
): Promise<void> {
  const first = record.sequence - record.outbox.length + 1;
  for (const [index, entry] of record.outbox.entries()) {
    const id = reminderId(record.assignmentId, entry.scheduleVersion, entry.kind);
    const row = deps.rows.get(id);
    if (row === undefined) throw new Error(`the ledger has no row ${id}`);
    await publishEvent(
      deps.broker,
      toReminderEvent({ record, entry, row, sequence: first + index, sentAt: deps.sentAt }),
    );
    published.keys.push(entry.key);
    if (entry.type === 'reminder.due') published.sent.push(id);
  }
}

function alarmsOf(records: AssignmentRecord[]): Date[] {
  return records.flatMap(({ outbox }) =>
    outbox.flatMap((entry) => (entry.type === 'reminder.queued' ? entry.planned.sendAt : [])),
  );
}

function reminderIds({ assignmentId, outbox }: AssignmentRecord): string[] {
  return outbox.map(({ scheduleVersion, kind }) => reminderId(assignmentId, scheduleVersion, kind));
}
