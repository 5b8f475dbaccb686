import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '@punctual/chassis/domain';
import type { Job as JobBody } from '@punctual/contracts';
import type { Job } from '../domain/assignment.ts';
import { type Caller, seesJob } from '../domain/authorize.ts';
import { presentJob } from '../domain/present.ts';
import { findAssignment } from '../persistence/assignments.ts';
import type { Database } from '../persistence/database.ts';
import { findJob } from '../persistence/jobs.ts';

/** @throws DomainError `not-found`, also for who may not know of the job */
export async function getJob(deps: { database: Database }, caller: Caller, id: string): Promise<JobBody> {
  return presentJob(await findVisibleJob(deps.database.fork(), caller, id));
}

/** @throws DomainError `not-found`, also for who may not know of the job */
export async function findVisibleJob(em: EntityManager, caller: Caller, id: string): Promise<Job> {
  const job = await findJob(em, id);
  if (!job || !seesJob(caller, job, await currentProviderId(em, job))) throw noSuchJob();
  return job;
}

/** Who has the job now, if anyone. */
export async function currentProviderId(em: EntityManager, { currentAssignmentId }: Job): Promise<string | null> {
  if (currentAssignmentId === null) return null;
  return (await findAssignment(em, currentAssignmentId))?.providerId ?? null;
}

export function noSuchJob(): DomainError {
  return new DomainError('not-found', 'There is no such job.');
}
