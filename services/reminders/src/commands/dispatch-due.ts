import { randomUUID } from 'node:crypto';
import type { SuppressedBecause } from '@punctual/contracts';
import { entryOf } from '../domain/assignment.ts';
import { tooLate } from '../domain/overtake.ts';
import { closeReminders, findAssignments } from '../persistence/assignments.ts';
import type { ReminderDocument } from '../persistence/documents.ts';
import { claimRows, findDue } from '../persistence/ledger.ts';
import { carryOut } from './carry-out.ts';
import type { CommandDeps } from './deps.ts';

const batchSize = 1_000;

/**
 * Sends everything that is due, batch after batch; several workers share it, since each claims its own rows. A late reminder is
 * still sent as long as it tells something; then it is suppressed. Sends nothing while the broker is away: what waits must
 * be judged when it can go.
 * @param onBatch called after each batch, as a sign of life
 * @throws when a batch could not be sent; the sweep comes back to it
 */
export async function dispatchDue(deps: CommandDeps, onBatch: () => Promise<unknown> = async () => {}): Promise<void> {
  while (!deps.signal.aborted) {
    await deps.broker.check();
    const now = deps.now();
    const ids = await findDue(deps.store, now, batchSize);
    if (ids.length === 0) return;
    const claim = { id: randomUUID(), until: new Date(now.getTime() + deps.claimMs) };
    const rows = await claimRows(deps.store, ids, claim);
    await closeAll(deps, rows, now);
    await carryOut(deps, await findAssignments(deps.store, [...new Set(rows.map((row) => row.assignmentId))]));
    await onBatch();
  }
}

async function closeAll(deps: CommandDeps, rows: ReminderDocument[], now: Date): Promise<void> {
  const alike = Map.groupBy(rows, (row) => [row.scheduleVersion, row.kind, judge(row, now)].join());
  for (const group of alike.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { scheduleVersion, kind } = first;
    const because = judge(first, now);
    const moment = { now, traceparent: null };
    await closeReminders(deps.store, {
      assignmentIds: group.map((row) => row.assignmentId),
      scheduleVersion,
      kind,
      entry:
        because === null
          ? entryOf('reminder.due', scheduleVersion, kind, moment)
          : { ...entryOf('reminder.suppressed', scheduleVersion, kind, moment), because, planned: null },
    });
  }
}

function judge({ window, deadline }: ReminderDocument, now: Date): SuppressedBecause | null {
  return tooLate({ window, deadline: deadline.getTime() }, now.getTime());
}
