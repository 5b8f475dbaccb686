import { entryOf } from '../domain/assignment.ts';
import { type Decision, findAssignments, noteOverdue } from '../persistence/assignments.ts';
import { findLate } from '../persistence/ledger.ts';
import { carryOut } from './carry-out.ts';
import type { CommandDeps } from './deps.ts';

const batchSize = 1_000;

/** Tells, once for each, of the reminders that are later than the grace. They are still to be sent. */
export async function reportOverdue(deps: CommandDeps): Promise<void> {
  const now = deps.now();
  const late = await findLate(deps.store, new Date(now.getTime() - deps.graceMs), batchSize);
  const alike = Map.groupBy(late, ({ scheduleVersion, kind }) => `${scheduleVersion}:${kind}`);
  const decisions = [...alike.values()].flatMap((group): Decision[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { scheduleVersion, kind } = first;
    const entry = entryOf('reminder.overdue', scheduleVersion, kind, { now, traceparent: null });
    return [{ assignmentIds: group.map((row) => row.assignmentId), scheduleVersion, kind, entry }];
  });
  await noteOverdue(deps.store, decisions);
  await carryOut(deps, await findAssignments(deps.store, [...new Set(late.map((row) => row.assignmentId))]), late);
}
