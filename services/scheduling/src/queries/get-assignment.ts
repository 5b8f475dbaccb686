import { toCursor, versionAfter } from '@punctual/chassis';
import { type Database, readTimeline } from '@punctual/chassis/postgres';
import type { Assignment as AssignmentBody, PageQuery, Timeline } from '@punctual/contracts';
import { actions } from '../domain/actions.ts';
import type { AssignmentState } from '../domain/assignment.ts';
import { type AssignmentCaller, capacities, noSuchAssignment } from '../domain/authorize.ts';
import { presentAssignment } from '../domain/present.ts';
import { assignmentTimeline, findAssignment, findAssignmentInSight } from '../persistence/assignments.ts';
import { areAsNew, type CopyWaits, type WantedCopies } from './copy-waits.ts';

export type QueryDeps = { database: Database; now: () => Temporal.Instant };

/** @throws DomainError `not-found`, also when it is not visible to the caller */
export async function getAssignment(deps: QueryDeps, caller: AssignmentCaller, id: string): Promise<AssignmentBody> {
  const found = await findAssignmentInSight(deps.database, id);
  const { assignment, surroundings } = assertVisible(caller, found);
  return presentAssignment(assignment, actions(assignment, caller, deps.now(), surroundings));
}

/**
 * {@link getAssignment} with copies that are as new as wanted, or as they are after a while.
 * @throws DomainError `not-found`, also when it is not visible to the caller
 */
export async function getCurrentAssignment(
  deps: QueryDeps & { copyWaits: CopyWaits },
  caller: AssignmentCaller,
  { id, ...wanted }: WantedCopies & { id: string },
): Promise<AssignmentBody> {
  const assignment = await getAssignment(deps, caller, id);
  if (areAsNew(assignment, wanted)) return assignment;
  await deps.copyWaits.wait({ assignmentId: id, callerId: caller.id, wanted });
  return getAssignment(deps, caller, id);
}

/**
 * Returns a page of an assignment's timeline, oldest first, and the version of its schedule.
 * @throws DomainError `validation-failed` for a cursor of another list, `not-found`, also when the
 *   assignment is not visible to the caller
 */
export async function getTimeline(
  deps: QueryDeps,
  caller: AssignmentCaller,
  { id, limit, cursor }: PageQuery & { id: string },
): Promise<{ timeline: Timeline; version: number }> {
  const after = versionAfter(id, cursor);
  const { database } = deps;
  const assignment = await findAssignment(database, id);
  const { scheduleVersion } = assertVisible(caller, assignment && { assignment }).assignment;
  const found = await readTimeline(database, assignmentTimeline, id, { after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = last && found.length > limit ? toCursor(id, last.version) : null;
  return { timeline: { items, nextCursor }, version: scheduleVersion };
}

function assertVisible<Found extends { assignment: AssignmentState }>(
  caller: AssignmentCaller,
  found: Found | null,
): Found {
  if (!found || capacities(caller, found.assignment).length === 0) throw noSuchAssignment();
  return found;
}
