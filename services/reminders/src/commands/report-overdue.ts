import { entryOf } from '../domain/assignment.ts';
import { findAssignments, noteOverdue } from '../persistence/assignments.ts';
import { findLate } from '../persistence/ledger.ts';
import { carryOut } from './carry-out.ts';
import type { CommandDeps } from './deps.ts';

const batchSize = 1_000;

/** Tells, once for each, of the reminders that are later than the grace. They are still to be sent. */
export async function reportOverdue(deps: CommandDeps): Promise<number> {
  const now = deps.now();
  const late = await findLate(deps.store, new Date(now.getTime() - deps.graceMs), batchSize);
  const alike = Map.groupBy(late, ({ scheduleVersion, kind }) => `${scheduleVersion}:${kind}`);
  for (const group of alike.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { scheduleVersion, kind } = first;
    await noteOverdue(deps.store, {
      assignmentIds: group.map((row) => row.assignmentId),
      scheduleVersion,
      kind,
      entry: entryOf('reminder.overdue', scheduleVersion, kind, { now, traceparent: null }),
    });
  }
  await carryOut(deps, await findAssignments(deps.store, [...new Set(late.map((row) => row.assignmentId))]));
  return late.length;
}
