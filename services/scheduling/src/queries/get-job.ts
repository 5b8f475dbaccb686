import { DomainError } from '@punctual/chassis/domain';
import type { Database, Queryable } from '@punctual/chassis/postgres';
import type { Job as JobBody } from '@punctual/contracts';
import type { JobState } from '../domain/assignment.ts';
import { type AssignmentCaller, commandsJob } from '../domain/authorize.ts';
import { presentJob } from '../domain/present.ts';
import { type JobColumns, selectCurrentProvider, selectJob, toJob } from '../persistence/jobs.ts';

/** @throws DomainError `not-found`, also when it is not visible to the caller */
export async function getJob(deps: { database: Database }, caller: AssignmentCaller, id: string): Promise<JobBody> {
  return presentJob(await findVisibleJob(deps.database, caller, id), caller);
}

/**
 * Finds a job that is visible to the caller.
 * @throws DomainError `not-found`
 */
export async function findVisibleJob(database: Queryable, caller: AssignmentCaller, id: string): Promise<JobState> {
  const rows = await database.query<JobColumns>(...selectJob(id));
  const providers = caller.roles.includes('provider')
    ? await database.query<ProviderRow>(...selectCurrentProvider(id))
    : [];
  return toVisibleJob(caller, [rows, providers]);
}

type ProviderRow = { provider_id: string };

/**
 * Returns the job of these rows if it is visible to the caller: its customer, its current provider,
 * ops.
 * @throws DomainError `not-found`
 */
export function toVisibleJob(caller: AssignmentCaller, [[row], [current]]: [JobColumns[], ProviderRow[]]): JobState {
  const job = row && toJob(row);
  const isProvider = caller.roles.includes('provider') && current?.provider_id === caller.id;
  if (job && (commandsJob(caller, job) || isProvider)) return job;
  throw new DomainError('not-found', 'There is no such job.');
}
