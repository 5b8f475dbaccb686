import { formatInstant } from '@punctual/chassis';
import {
  erasureInsert,
  outboxInsert,
  type RestoredAggregate,
  readUnpublishedOf,
  renumber,
  type Statement,
  type Transaction,
  type Unpublished,
} from '@punctual/chassis/postgres';
import { readPersonEvent, readScheduleEvent } from '@punctual/contracts';
import type { AssignmentState } from '../domain/assignment.ts';
import { restate } from '../domain/restate.ts';
import { assignmentGone } from '../messaging/events.ts';
import { type EventDeps, saveDecisions } from '../persistence/assignment-aggregate.ts';
import { assignmentTimeline, lockAssignments } from '../persistence/assignments.ts';

export type LiftDeps = EventDeps & { now: () => Temporal.Instant };

/**
 * After a restore: lifts assignments above the versions that their stream has, and publishes how
 * they are. What was changed since the restore and is not published yet keeps its order, above them.
 * An assignment that is gone is published as cancelled, and an erasure that is gone is made again.
 */
export async function liftRestored(
  deps: LiftDeps,
  transaction: Transaction,
  restored: readonly RestoredAggregate[],
  reason: string,
): Promise<Statement[]> {
  const ids = restored.map(({ id }) => id);
  const assignments = await lockAssignments(transaction, ids);
  const unpublished = await readUnpublishedOf(transaction, ids);
  return restored.flatMap((each) => {
    const assignment = assignments.get(each.id);
    if (assignment) return lift(deps, { restored: each, assignment, changes: unpublished.get(each.id) ?? [], reason });
    return replaceLost(deps, each, reason);
  });
}

type Lifted = {
  restored: RestoredAggregate;
  assignment: AssignmentState;
  /** Since the restore. */
  changes: readonly Unpublished[];
  reason: string;
};

function lift(deps: LiftDeps, { restored, assignment, changes, reason }: Lifted): Statement[] {
  const { streamVersion, eventIds: withdrawnEventIds } = restored;
  const version = streamVersion + changes.length + 1;
  const restatement = restate(assignment, { version, withdrawnEventIds, at: deps.now(), reason });
  const versioned = { timeline: assignmentTimeline, timelineId: assignment.id, field: 'scheduleVersion' };
  return [...renumber(changes, streamVersion + 1, versioned), ...saveDecisions([{ changes: [restatement] }], deps)];
}

function replaceLost(deps: LiftDeps, restored: RestoredAggregate, reason: string): Statement[] {
  const { id: personId, streamVersion, eventIds: withdrawnEventIds, latest } = restored;
  const erased = readPersonEvent(latest);
  if (erased) {
    return [erasureInsert({ personId, number: streamVersion, at: erased.data.at, requestedBy: null, reason })];
  }
  const event = readScheduleEvent(latest);
  if (!event) return [];
  const at = formatInstant(deps.now());
  return [
    outboxInsert(
      assignmentGone(event, { id: deps.newId(), version: streamVersion + 1, at, reason, withdrawnEventIds }),
    ),
  ];
}
