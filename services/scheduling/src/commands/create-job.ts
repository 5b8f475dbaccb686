import type { HandlerResponse } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type CommandRequest, executeCommand } from '@punctual/chassis/postgres';
import type { CreateJobBody } from '@punctual/contracts';
import { createJob as decideCreateJob } from '../domain/create-job.ts';
import { presentJob } from '../domain/present.ts';
import { type CountRow, countOf, countOpenJobs, customerLock } from '../persistence/counts.ts';
import { insertJob } from '../persistence/jobs.ts';
import { retryAfterS, type SchedulingDeps } from './deps.ts';

/** Creates a job, as a customer who wants work done. */
export function createJob(
  deps: SchedulingDeps,
  request: CommandRequest & { body: CreateJobBody },
): Promise<HandlerResponse> {
  const { caller, body } = request;
  const { openJobs } = deps.limits;
  return executeCommand(deps, request, {
    load: {
      lock: { name: customerLock(caller.id) },
      read: [countOpenJobs(caller.id, openJobs)],
      toState: ([[row]]: [CountRow[]]) => ({ open: countOf(row) }),
    },
    authorize: () => {
      if (!caller.roles.includes('customer')) throw new DomainError('forbidden', 'Only a customer creates a job.');
    },
    version: () => undefined,
    decide: ({ state: { open }, now, newId }) => {
      if (open >= openJobs) {
        throw new DomainError('too-many-open-jobs', `You have ${openJobs} open jobs.`, {}, retryAfterS);
      }
      const job = decideCreateJob(body, caller.id, newId(), now);
      const response = { body: presentJob(job, caller), version: job.version, location: `/jobs/${job.id}` };
      return { response, writes: [insertJob(job)] };
    },
  });
}
