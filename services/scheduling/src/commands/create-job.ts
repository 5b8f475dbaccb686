import { DomainError } from '@punctual/chassis/domain';
import { type CommandRequest, claimKey, commitWith, inTransaction, keepAnswer } from '@punctual/chassis/postgres';
import type { CreateJobBody } from '@punctual/contracts';
import { createJob as decideJob } from '../domain/create-job.ts';
import { presentJob } from '../domain/present.ts';
import { insertJob } from '../persistence/jobs.ts';
import { type CommandDeps, type Outcome, recall, requireMatch } from './command.ts';
import { refuseTooManyJobs } from './refuse-too-many.ts';

/** A customer asks for work to be done. */
export function createJob(deps: CommandDeps, request: CommandRequest, body: CreateJobBody): Promise<Outcome> {
  return inTransaction(deps.database, async (em): Promise<Outcome> => {
    const { caller } = request;
    const claimed = await claimKey(em, request);
    if (!caller.roles.includes('customer')) throw new DomainError('forbidden', 'Only a customer creates a job.');
    const before = recall(claimed);
    if (before) return before;
    requireMatch(request, undefined);
    await refuseTooManyJobs(em, deps, caller.id);
    const job = decideJob(body, caller.id, deps.newId(), deps.now());
    const answer = { body: presentJob(job), location: `/jobs/${job.id}` };
    await commitWith(em, [insertJob(job), ...(claimed ? [keepAnswer(claimed, answer)] : [])]);
    return answer;
  });
}
