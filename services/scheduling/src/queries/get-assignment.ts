import { toCursor, versionAfter } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { Assignment as AssignmentBody, PageQuery, Timeline } from '@punctual/contracts';
import { actions } from '../domain/actions.ts';
import type { Assignment } from '../domain/assignment.ts';
import { type Caller, capacities, noSuchAssignment } from '../domain/authorize.ts';
import { presentAssignment } from '../domain/present.ts';
import { findAssignment, findAssignmentInSight, readTimeline } from '../persistence/assignments.ts';

export type QueryDeps = { database: Database; now: () => Temporal.Instant };

/** @throws DomainError `not-found`, also for who may not know of it */
export async function getAssignment(deps: QueryDeps, caller: Caller, id: string): Promise<AssignmentBody> {
  const found = await findAssignmentInSight(deps.database, id);
  const { assignment, surroundings } = requireSight(caller, found);
  return presentAssignment(assignment, actions(assignment, caller, deps.now(), surroundings));
}

/**
 * A page of what happened to an assignment, oldest first, and the version of its schedule.
 * @throws DomainError `validation-failed` for a cursor of another list, `not-found`, also for who may not know of the assignment
 */
export async function getTimeline(
  deps: QueryDeps,
  caller: Caller,
  { id, limit, cursor }: PageQuery & { id: string },
): Promise<{ timeline: Timeline; version: number }> {
  const after = versionAfter(id, cursor);
  const em = deps.database.fork();
  const assignment = await findAssignment(em, { id });
  const { scheduleVersion } = requireSight(caller, assignment && { assignment }).assignment;
  const found = await readTimeline(em, id, { after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = last && found.length > limit ? toCursor(id, last.version) : null;
  return { timeline: { items, nextCursor }, version: scheduleVersion };
}

function requireSight<Found extends { assignment: Assignment }>(caller: Caller, found: Found | null): Found {
  if (!found || capacities(caller, found.assignment).length === 0) throw noSuchAssignment();
  return found;
}
