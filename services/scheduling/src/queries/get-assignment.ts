import type { Database } from '@punctual/chassis/postgres';
import type { Assignment as AssignmentBody, TimelineItem } from '@punctual/contracts';
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

/** @throws DomainError `not-found`, also for who may not know of the assignment */
export async function getTimeline(
  deps: QueryDeps,
  caller: Caller,
  id: string,
): Promise<{ items: TimelineItem[]; version: number }> {
  const em = deps.database.fork();
  const assignment = await findAssignment(em, { id });
  const { scheduleVersion } = requireSight(caller, assignment && { assignment }).assignment;
  return { items: await readTimeline(em, id), version: scheduleVersion };
}

function requireSight<Found extends { assignment: Assignment }>(caller: Caller, found: Found | null): Found {
  if (!found || capacities(caller, found.assignment).length === 0) throw noSuchAssignment();
  return found;
}
