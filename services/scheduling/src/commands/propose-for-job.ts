import { DomainError } from '@punctual/chassis/domain';
import { type CommandRequest, claimKey, inTransaction } from '@punctual/chassis/postgres';
import type { ScheduleBody } from '@punctual/contracts';
import { commandsJob } from '../domain/authorize.ts';
import { findVisibleJob } from '../queries/get-job.ts';
import { changeAssignment } from './change-assignment.ts';
import { type CommandDeps, type Outcome, recall, requireMatch } from './command.ts';

/** Proposes a window for whoever has the job now, as its customer or as ops. */
export async function proposeForJob(
  deps: CommandDeps,
  request: CommandRequest,
  { jobId, body, dryRun }: { jobId: string; body: ScheduleBody; dryRun: boolean },
): Promise<Outcome> {
  const job = await findVisibleJob(deps.database.fork(), request.caller, jobId);
  if (!commandsJob(request.caller, job)) throw new DomainError('forbidden', 'This is for its customer or ops.');
  if (job.currentAssignmentId === null) return refuseWithoutAssignment(deps, request);
  return changeAssignment(deps, request, {
    assignmentId: job.currentAssignmentId,
    command: { name: 'propose', body },
    roles: ['customer', 'ops'],
    dryRun,
  });
}

/** The same order of checks as with an assignment: this may repeat a request that had one. */
async function refuseWithoutAssignment(deps: CommandDeps, request: CommandRequest): Promise<Outcome> {
  return inTransaction(deps.database, async (em) => {
    const before = recall(await claimKey(em, request));
    if (before) return before;
    requireMatch(request, undefined);
    throw new DomainError('invalid-transition', 'The job has no assignment that a window could be proposed for.');
  });
}
