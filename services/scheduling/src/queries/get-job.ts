import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '@punctual/chassis/domain';
import type { Database } from '@punctual/chassis/postgres';
import type { Job as JobBody } from '@punctual/contracts';
import type { Job } from '../domain/assignment.ts';
import { type Caller, commandsJob } from '../domain/authorize.ts';
import { presentJob } from '../domain/present.ts';
import { findAssignment } from '../persistence/assignments.ts';
import { findJob } from '../persistence/jobs.ts';

/** @throws DomainError `not-found`, also for who may not know of the job */
export async function getJob(deps: { database: Database }, caller: Caller, id: string): Promise<JobBody> {
  return presentJob(await findVisibleJob(deps.database.fork(), caller, id));
}

/**
 * A job that the caller may know of: its customer, its current provider, ops.
 * @param find how it is read: to look at, or locked
 * @throws DomainError `not-found`
 */
export async function findVisibleJob(em: EntityManager, caller: Caller, id: string, find = findJob): Promise<Job> {
  const job = await find(em, id);
  if (job && (commandsJob(caller, job) || (await hasJob(em, caller, job)))) return job;
  throw new DomainError('not-found', 'There is no such job.');
}

async function hasJob(em: EntityManager, { id, roles }: Caller, { currentAssignmentId }: Job): Promise<boolean> {
  if (!roles.includes('provider') || currentAssignmentId === null) return false;
  return (await findAssignment(em, { id: currentAssignmentId }))?.providerId === id;
}
