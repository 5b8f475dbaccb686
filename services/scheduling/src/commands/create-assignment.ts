import { DomainError } from '@punctual/chassis/domain';
import { type CommandRequest, claimKey, commitWith, inTransaction, keepAnswer } from '@punctual/chassis/postgres';
import { actions, noSurroundings } from '../domain/actions.ts';
import { commandsJob } from '../domain/authorize.ts';
import { createAssignment as decideAssignment } from '../domain/create-assignment.ts';
import { presentAssignment } from '../domain/present.ts';
import { assignJob, findJob, lockJob } from '../persistence/jobs.ts';
import { insertInto } from '../persistence/statement.ts';
import { findVisibleJob } from '../queries/get-job.ts';
import { type CommandDeps, type Outcome, recall, requireMatch } from './command.ts';
import { refuseTooManyUnanswered } from './refuse-too-many.ts';

/** Gives an open job to a provider. */
export function createAssignment(
  deps: CommandDeps,
  request: CommandRequest,
  { jobId, providerId }: { jobId: string; providerId: string },
): Promise<Outcome> {
  return inTransaction(deps.database, async (em): Promise<Outcome> => {
    const { caller } = request;
    const claimed = await claimKey(em, request);
    const job = await findVisibleJob(em, caller, jobId, claimed?.mine === false ? findJob : lockJob);
    if (!commandsJob(caller, job)) throw new DomainError('forbidden', 'This is for its customer or ops.');
    const before = recall(claimed);
    if (before) return before;
    requireMatch(request, undefined);
    const now = deps.now();
    const decided = decideAssignment(job, providerId, deps.newId(), now);
    const { id } = decided.assignment;
    const givenByCustomer = caller.roles.includes('customer') && job.customerId === caller.id;
    if (givenByCustomer) await refuseTooManyUnanswered(em, deps, decided.assignment);
    const answer = {
      body: presentAssignment(decided.assignment, actions(decided.assignment, caller, now, noSurroundings)),
      version: decided.assignment.scheduleVersion,
      location: `/assignments/${id}`,
    };
    await commitWith(em, [
      insertInto('assignment', { ...decided.assignment, givenByCustomer }),
      assignJob(decided.job),
      ...(claimed ? [keepAnswer(claimed, answer)] : []),
    ]);
    return answer;
  });
}
