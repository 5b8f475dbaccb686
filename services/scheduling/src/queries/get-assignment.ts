import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@punctual/chassis/postgres';
import type { Assignment as AssignmentBody, TimelineItem } from '@punctual/contracts';
import type { Assignment } from '../domain/assignment.ts';
import { type Caller, capacities, noSuchAssignment } from '../domain/authorize.ts';
import { findAssignment, readTimeline } from '../persistence/assignments.ts';
import { viewAssignment } from './view-assignments.ts';

export type QueryDeps = { database: Database; now: () => Temporal.Instant };

/** @throws DomainError `not-found`, also for who may not know of it */
export async function getAssignment(deps: QueryDeps, caller: Caller, id: string): Promise<AssignmentBody> {
  const em = deps.database.fork();
  return viewAssignment(em, await findVisible(em, caller, id), caller, deps.now());
}

/** @throws DomainError `not-found`, also for who may not know of the assignment */
export async function getTimeline(
  deps: QueryDeps,
  caller: Caller,
  id: string,
): Promise<{ items: TimelineItem[]; version: number }> {
  const em = deps.database.fork();
  const { scheduleVersion } = await findVisible(em, caller, id);
  return { items: await readTimeline(em, id), version: scheduleVersion };
}

async function findVisible(em: EntityManager, caller: Caller, id: string): Promise<Assignment> {
  const assignment = await findAssignment(em, id);
  if (!assignment || capacities(caller, assignment).length === 0) throw noSuchAssignment();
  return assignment;
}
