import { randomUUID } from 'node:crypto';
import { failpoint } from '@punctual/chassis';
import type { SuppressedBecause } from '@punctual/contracts';
import { type AssignmentRecord, entryOf } from '../domain/assignment.ts';
import { tooLate } from '../domain/overtake.ts';
import { askReminderStream } from '../messaging/reminder-stream.ts';
import { closeReminders, type Decision, findAssignments } from '../persistence/assignments.ts';
import type { ReminderDocument } from '../persistence/documents.ts';
import { claimRows, findDue } from '../persistence/ledger.ts';
import { carryOut } from './carry-out.ts';
import type { CommandDeps } from './deps.ts';

const batchSize = 1_000;
/** To find what is due costs the more the more is due, and far more than to claim what another worker has claimed before. */
const lookAhead = 100 * batchSize;
const closeAttempts = 3;

/**
 * Sends everything that is due, batch after batch; several workers share it, since each claims its own rows. A late reminder is
 * still sent as long as it tells something; then it is suppressed. Sends nothing while the stream is away or full: what waits must
 * be judged when it can go. While one batch is published the next one is claimed.
 * @param onBatch called after each batch, as a sign of life
 * @throws when a batch could not be sent; the sweep comes back to it
 */
export async function dispatchDue(deps: CommandDeps, onBatch: () => Promise<unknown> = async () => {}): Promise<void> {
  let sending: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      const batches = batchesOf(await findDue(deps.store, deps.now(), lookAhead));
      if (batches.length === 0) break;
      for (const ids of batches) {
        if (deps.signal.aborted) return;
        const { rows, records } = await decideOn(deps, ids);
        await sending;
        sending = carryOut(deps, records, rows);
        // Its failure is met at the next turn, or at the end.
        sending.catch(() => {});
        await onBatch();
      }
      await sending;
    }
  } finally {
    await sending;
  }
}

/** The dispatch of one process. */
export type Dispatch = {
  /** Sends everything that is due. */
  run(onBatch?: () => Promise<unknown>): Promise<void>;
  /** The same, unless this process is at it already: a second one would find and claim what the first one has. */
  join(onBatch?: () => Promise<unknown>): Promise<void>;
};

export function createDispatch(deps: CommandDeps): Dispatch {
  let running = 0;
  const run: Dispatch['run'] = async (onBatch) => {
    running += 1;
    await dispatchDue(deps, onBatch).finally(() => {
      running -= 1;
    });
  };
  return { run, join: async (onBatch) => (running > 0 ? undefined : run(onBatch)) };
}

/** Beginning anywhere, so that workers that found the same do not all begin with the same. */
function batchesOf(ids: string[]): string[][] {
  const count = Math.ceil(ids.length / batchSize);
  const first = Math.floor(Math.random() * count);
  return Array.from({ length: count }, (_, index) => {
    const from = ((first + index) % count) * batchSize;
    return ids.slice(from, from + batchSize);
  });
}

async function decideOn(deps: CommandDeps, ids: string[]) {
  await askReminderStream(deps.broker);
  const now = deps.now();
  const claim = { id: randomUUID(), until: new Date(now.getTime() + deps.claimMs) };
  const rows = await claimRows(deps.store, ids, claim);
  await failpoint('after-claim');
  const records = await close(deps, rows, now);
  await failpoint('after-decision');
  return { rows, records };
}

/**
 * Decides on what was claimed, and reads where that leaves the records. FerretDB may write nothing, and not always say so, when a deadlock
 * with other writes to the same records is broken up: what is still open then is decided again at once. It is left to the
 * sweep when that does not help either.
 */
async function close({ store, logger }: CommandDeps, rows: ReminderDocument[], now: Date): Promise<AssignmentRecord[]> {
  const assignmentIds = [...new Set(rows.map((row) => row.assignmentId))];
  let left = rows;
  for (let attempt = 1; ; attempt += 1) {
    const failure = await closeReminders(store, decisionsOn(left, now)).then(() => undefined, String);
    const records = await findAssignments(store, assignmentIds);
    left = stillOpen(left, records);
    if (left.length === 0) return records;
    logger.warn({ reminders: left.length, attempt, reason: failure }, 'the store did not take a decision');
    if (attempt === closeAttempts) return records;
  }
}

function stillOpen(rows: ReminderDocument[], records: AssignmentRecord[]): ReminderDocument[] {
  const byId = new Map(records.map((record) => [record.assignmentId, record]));
  return rows.filter(({ assignmentId, scheduleVersion, kind }) => {
    const record = byId.get(assignmentId);
    return record?.version === scheduleVersion && record.open.includes(kind);
  });
}

function decisionsOn(rows: ReminderDocument[], now: Date): Decision[] {
  const alike = Map.groupBy(rows, (row) => [row.scheduleVersion, row.kind, judge(row, now)].join());
  return [...alike.values()].flatMap((group) => decisionOn(group, now));
}

function decisionOn(group: ReminderDocument[], now: Date): Decision[] {
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

function judge({ window, deadline }: ReminderDocument, now: Date): SuppressedBecause | null {
  return tooLate({ window, deadline: deadline.getTime() }, now.getTime());
}
