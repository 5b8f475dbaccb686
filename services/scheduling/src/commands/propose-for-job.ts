import { DomainError } from '@punctual/chassis/domain';
import { type CommandRequest, claimKey, inTransaction } from '@punctual/chassis/postgres';
import type { ProblemCode, ScheduleBody } from '@punctual/contracts';
import { commandsJob } from '../domain/authorize.ts';
import { findVisibleJob } from '../queries/get-job.ts';
import { changeAssignment } from './change-assignment.ts';
import { type CommandDeps, type Outcome, recall, requireMatch } from './command.ts';

type WantedForJob = { jobId: string; body: ScheduleBody; dryRun: boolean };

/**
 * Proposes a window for whoever has the job now, as its customer or as ops. The assignment is looked up by its job in the round trip that
 * locks it, so the job is looked at only when there is a refusal to explain.
 */
export async function proposeForJob(
  deps: CommandDeps,
  request: CommandRequest,
  wanted: WantedForJob,
): Promise<Outcome> {
  try {
    return await changeAssignment(deps, request, {
      assignment: { currentOfJob: wanted.jobId },
      command: { name: 'propose', body: wanted.body },
      roles: ['customer', 'ops'],
      dryRun: wanted.dryRun,
    });
  } catch (error) {
    if (!(error instanceof DomainError) || !isOfTheJob.has(error.code)) throw error;
    const currentId = await findCurrentAssignment(deps, request, wanted.jobId);
    if (currentId === null) return refuseWithoutAssignment(deps, request);
    if (currentId === error.extras.current?.id) throw error;
    // The provider was released before the assignment was locked: now another one has the job.
    return proposeForJob(deps, request, wanted);
  }
}

/** The refusals that the job may have other words for, or that its next assignment may not give. */
const isOfTheJob = new Set<ProblemCode>(['not-found', 'forbidden', 'invalid-transition']);

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
