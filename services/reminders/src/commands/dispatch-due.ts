import { annotateSpan, failpoint, inSpan, linkSpanTo } from '@punctual/chassis';
import type { SuppressedBecause } from '@punctual/contracts';
import type { AssignmentRecord } from '../domain/assignment.ts';
import type { LedgerRow } from '../domain/ledger-row.ts';
import { entryOf } from '../domain/outbox-entry.ts';
import { tooLate } from '../domain/overtake.ts';
import { checkReminderStream } from '../messaging/check-reminder-stream.ts';
import { type BulkDecision, closeReminders, findAssignments } from '../persistence/assignments.ts';
import { claimRows } from '../persistence/ledger.ts';
import { findDue } from '../persistence/ledger-queries.ts';
import type { RemindersDeps } from './deps.ts';
import { flushOutbox } from './flush-outbox.ts';
import { isRestored } from './is-restored.ts';

const batchSize = 1_000;
/** Finding due reminders costs more the more there are, and far more than trying to claim them. */
const lookAhead = 100 * batchSize;
const closeAttempts = 3;

/**
 * Sends all due reminders, batch after batch. Workers share the work by claiming rows. A late
 * reminder is sent until its deadline, then suppressed. Sends nothing while the stream is
 * unavailable or full, or while a restored store catches up, so that each reminder is judged when it
 * can go out. While one batch is
 * published, the next one is claimed.
 * @param onBatch called after each batch, as a sign of life
 * @throws when a batch could not be sent; the sweep retries it
 */
export async function dispatchDue(
  deps: RemindersDeps,
  onBatch: () => Promise<unknown> = async () => {},
  job: JobName = 'dispatch',
): Promise<void> {
  const { history } = deps;
  if (!history.isCaughtUp() || !history.agrees()) return;
  const found = await findDue(deps.store, deps.now(), lookAhead);
  if (found.length === 0) return;
  await inSpan(`job ${job}`, { attributes: { 'punctual.job.name': job } }, () => dispatchFrom(deps, found, onBatch));
}

async function dispatchFrom(deps: RemindersDeps, first: string[], onBatch: () => Promise<unknown>): Promise<void> {
  let sending: Promise<void> = Promise.resolve();
  let claimed = 0;
  try {
    for (let found = first; found.length > 0; found = await findDue(deps.store, deps.now(), lookAhead)) {
      for (const ids of batchesOf(found, deps.random())) {
        const generation = deps.history.generation();
        if (deps.signal.aborted || !deps.history.isCaughtUp() || !deps.history.agrees()) return;
        // Otherwise a restored store has these reminders as due, although they may be sent.
        if (await isRestored(deps)) return;
        const { rows, records } = await decideOn(deps, ids);
        linkSpanTo(rows.map(({ traceparent }) => traceparent));
        claimed += rows.length;
        await sending;
        sending = flushOutbox(deps, records, generation, rows);
        // A failure is thrown by the next turn, or at the end.
        sending.catch(() => {});
        await onBatch();
      }
      await sending;
    }
  } finally {
    annotateSpan({ 'punctual.reminders.count': claimed });
    await sending;
  }
}

/** Which job sends: the one of a minute, or one that makes up for it. */
export type JobName = 'dispatch' | 'sweep' | 'join in';

/** The dispatch of one process. */
export type Dispatch = {
  /** Sends all due reminders. */
  run(onBatch?: () => Promise<unknown>): Promise<void>;
  /** The same, unless this process does it already: both would claim the same rows. */
  join(job: JobName, onBatch?: () => Promise<unknown>): Promise<void>;
};

export function createDispatch(deps: RemindersDeps): Dispatch {
  let running = 0;
  const run = async (onBatch?: () => Promise<unknown>, job?: JobName) => {
    running += 1;
    await dispatchDue(deps, onBatch, job).finally(() => {
      running -= 1;
    });
  };
  return { run, join: async (job, onBatch) => (running > 0 ? undefined : run(onBatch, job)) };
}

/**
 * Begins anywhere, so that workers that found the same rows do not all claim the same batch first.
 * @param at from 0 up to 1
 */
function batchesOf(ids: string[], at: number): string[][] {
  const count = Math.ceil(ids.length / batchSize);
  const first = Math.floor(at * count);
  return Array.from({ length: count }, (_, index) => {
    const from = ((first + index) % count) * batchSize;
    return ids.slice(from, from + batchSize);
  });
}

async function decideOn(deps: RemindersDeps, ids: string[]) {
  await checkReminderStream(deps.broker);
  const now = deps.now();
  const claim = { id: deps.newId(), until: now.add({ milliseconds: deps.claimMs }) };
  const rows = await claimRows(deps.store, ids, claim);
  await failpoint('after-claim');
  const records = await close(deps, rows, now);
  await failpoint('after-decision');
  return { rows, records };
}

/**
 * Decides on the claimed rows and reads the records afterwards. When FerretDB breaks up a deadlock
 * with other writes to the same records, it may write nothing and not report it. Reminders that are
 * still open are decided again, a few times; then they are left to the sweep.
 */
async function close(
  { store, logger }: RemindersDeps,
  rows: LedgerRow[],
  now: Temporal.Instant,
): Promise<AssignmentRecord[]> {
  const assignmentIds = [...new Set(rows.map((row) => row.assignmentId))];
  let left = rows;
  for (let attempt = 1; ; attempt += 1) {
    const failure = await closeReminders(store, decisionsOn(left, now)).then(() => undefined, String);
    const records = await findAssignments(store, assignmentIds);
    left = stillOpen(left, records);
    if (left.length === 0) return records;
    logger.warn({ reminders: left.length, attempt, reason: failure }, 'the store did not store a decision');
    if (attempt === closeAttempts) return records;
  }
}

function stillOpen(rows: LedgerRow[], records: AssignmentRecord[]): LedgerRow[] {
  const byId = new Map(records.map((record) => [record.assignmentId, record]));
  return rows.filter(({ assignmentId, scheduleVersion, kind }) => {
    const record = byId.get(assignmentId);
    return record?.version === scheduleVersion && record.open.includes(kind);
  });
}

function decisionsOn(rows: LedgerRow[], now: Temporal.Instant): BulkDecision[] {
  const alike = Map.groupBy(rows, (row) => [row.scheduleVersion, row.kind, judge(row, now)].join());
  return [...alike.values()].flatMap((group) => decisionOn(group, now));
}

function decisionOn(group: LedgerRow[], now: Temporal.Instant): BulkDecision[] {
  const [first] = group;
  if (first === undefined) return [];
  const { scheduleVersion, kind } = first;
  const because = judge(first, now);
  const moment = { now, traceparent: null };
  return [
    {
      assignmentIds: group.map((row) => row.assignmentId),
      scheduleVersion,
      kind,
      entry:
        because === null
          ? entryOf('reminder.due', scheduleVersion, kind, moment)
          : { ...entryOf('reminder.suppressed', scheduleVersion, kind, moment), because, planned: null },
    },
  ];
}

function judge({ window, deadline }: LedgerRow, now: Temporal.Instant): SuppressedBecause | null {
  return tooLate({ window, deadline }, now);
}
