import { DomainError } from '@punctual/chassis/domain';
import { type CommandRequest, claimKey, inTransaction } from '@punctual/chassis/postgres';
import type { ScheduleBody } from '@punctual/contracts';
import { commandsJob } from '../domain/authorize.ts';
import { findVisibleJob } from '../queries/get-job.ts';
import { changeAssignment } from './change-assignment.ts';
import { type CommandDeps, type Outcome, recall, requireMatch } from './command.ts';

type WantedForJob = { jobId: string; body: ScheduleBody; dryRun: boolean };

/** Proposes a window for whoever has the job now, as its customer or as ops. */
export async function proposeForJob(
  deps: CommandDeps,
  request: CommandRequest,
  wanted: WantedForJob,
): Promise<Outcome> {
  const assignmentId = await findCurrentAssignment(deps, request, wanted.jobId);
  if (assignmentId === null) return refuseWithoutAssignment(deps, request);
  try {
    const command = { name: 'propose', body: wanted.body } as const;
    return await changeAssignment(deps, request, {
      assignmentId,
      command,
      roles: ['customer', 'ops'],
      dryRun: wanted.dryRun,
    });
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'invalid-transition') throw error;
    // The provider may have been released before the assignment was locked: then the next one has the job, or nobody.
    if ((await findCurrentAssignment(deps, request, wanted.jobId)) === assignmentId) throw error;
    return proposeForJob(deps, request, wanted);
  }
}

async function findCurrentAssignment(
  { database }: CommandDeps,
  { caller }: CommandRequest,
  jobId: string,
): Promise<string | null> {
  const job = await findVisibleJob(database.fork(), caller, jobId);
  if (!commandsJob(caller, job)) throw new DomainError('forbidden', 'This is for its customer or ops.');
  return job.currentAssignmentId;
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
