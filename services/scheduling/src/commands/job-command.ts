import type { DomainError, ProblemExtras } from '@punctual/chassis/domain';
import type { Load } from '@punctual/chassis/postgres';
import type { ProblemCode } from '@punctual/contracts';
import type { AssignmentState, JobState } from '../domain/assignment.ts';
import type { AssignmentCaller } from '../domain/authorize.ts';
import { presentJob } from '../domain/present.ts';
import { type AssignmentColumns, selectAssignment, toAssignment } from '../persistence/assignment-columns.ts';
import { type JobColumns, selectCurrentProvider, selectJob } from '../persistence/jobs.ts';
import { toVisibleJob } from '../queries/get-job.ts';

/** A job, and the locked assignment that was its current one a moment before. */
export type LoadedJob = { job: JobState; assignment: AssignmentState | null };

type Rows = [AssignmentColumns[], JobColumns[], { provider_id: string }[]];

/**
 * How a command on a job loads it. It locks the current assignment first, as the commands on that
 * assignment do: the other way round, the two could deadlock.
 */
export function loadJob(caller: AssignmentCaller, id: string): Load<LoadedJob, Rows> {
  return {
    lock: { rows: [selectAssignment({ currentOfJob: id }), selectJob(id)] },
    read: [selectCurrentProvider(id)],
    toState: ([[assignment], job, provider]) => ({
      job: toVisibleJob(caller, [job, provider]),
      assignment: assignment ? toAssignment(assignment) : null,
    }),
  };
}

const explainedByJob = new Set<ProblemCode>(['precondition-failed', 'invalid-transition']);

/** The job as the caller sees it, for refusals that it explains. */
export function currentJob(
  { code }: DomainError,
  job: JobState,
  caller: AssignmentCaller,
): Pick<ProblemExtras, 'currentJob'> | undefined {
  return explainedByJob.has(code) ? { currentJob: presentJob(job, caller) } : undefined;
}
