import type { HandlerResponse } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type CommandRequest, executeCommand } from '@punctual/chassis/postgres';
import type { ProblemCode, ScheduleBody } from '@punctual/contracts';
import { requireCommandOf } from '../domain/authorize.ts';
import { presentWindow } from '../domain/present.ts';
import { findVisibleJob } from '../queries/get-job.ts';
import { type AssignmentCommand, type AssignmentCommandOptions, assignmentCommand } from './assignment-command.ts';
import type { SchedulingDeps } from './deps.ts';
import { proposeWindow } from './propose.ts';

/** Proposes a window to the provider who has the job now, as its customer or as ops. */
export const proposeForJob = throughJob();

/** Checks a window for the provider who has the job now. Nothing is changed. */
export const checkForJob = throughJob({ preview: presentWindow });

/**
 * Makes a command on the assignment that has a job now. It is looked up in the round trip that
 * locks it, so the job is read only to explain a refusal.
 */
function throughJob(options: Pick<AssignmentCommandOptions, 'preview'> = {}): AssignmentCommand<ScheduleBody> {
  const onCurrent = assignmentCommand('propose', proposeWindow, {
    ...options,
    roles: ['customer', 'ops'],
    refTo: (jobId) => ({ currentOfJob: jobId }),
  });
  const run: AssignmentCommand<ScheduleBody> = async (deps, request) => {
    try {
      return await onCurrent(deps, request);
    } catch (error) {
      if (!(error instanceof DomainError) || !dependsOnJob.has(error.code)) throw error;
      const job = await findVisibleJob(deps.database, request.caller, request.params.id);
      requireCommandOf(request.caller, job);
      if (job.currentAssignmentId === null) return refuseWithoutAssignment(deps, request);
      if (job.currentAssignmentId === error.extras.currentAssignment?.id) throw error;
      // The provider was released before the assignment was locked: now another one has the job.
      return run(deps, request);
    }
  };
  return run;
}

/** Refusals that the job may give another reason for, or that its next assignment may not give. */
const dependsOnJob = new Set<ProblemCode>(['not-found', 'forbidden', 'invalid-transition']);

/** The same order of checks as with an assignment: this may repeat a request that had one. */
function refuseWithoutAssignment(deps: SchedulingDeps, request: CommandRequest): Promise<HandlerResponse> {
  return executeCommand(deps, request, {
    load: { toState: () => undefined },
    authorize: () => undefined,
    version: () => undefined,
    decide: () => {
      throw new DomainError('invalid-transition', 'The job has no assignment to propose a window for.');
    },
  });
}
