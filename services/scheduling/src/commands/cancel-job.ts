import type { HandlerResponse } from '@punctual/chassis';
import { type CommandRequest, executeCommand, type Statement, type Transaction } from '@punctual/chassis/postgres';
import type { CancelBody } from '@punctual/contracts';
import type { AssignmentState } from '../domain/assignment.ts';
import { authorize, requireCommandOf } from '../domain/authorize.ts';
import { cancel } from '../domain/cancel.ts';
import { presentJob } from '../domain/present.ts';
import { requireUnfinished } from '../domain/update-job.ts';
import { saveDecisions } from '../persistence/assignment-aggregate.ts';
import { lockAssignment } from '../persistence/assignments.ts';
import { changeJob } from '../persistence/jobs.ts';
import { viewAssignment } from '../queries/view-assignments.ts';
import type { SchedulingDeps } from './deps.ts';
import { currentJob, type LoadedJob, loadJob } from './job-command.ts';

/**
 * Cancels a job, and its current assignment by that assignment's own rules. Without an assignment
 * nobody waits for it, and no event is published.
 */
export function cancelJob(
  deps: SchedulingDeps,
  request: CommandRequest & { params: { id: string }; body: CancelBody },
): Promise<HandlerResponse> {
  const { caller, params, body } = request;
  return executeCommand(deps, request, {
    load: loadJob(caller, params.id),
    authorize: ({ job }) => requireCommandOf(caller, job),
    version: ({ job }) => job.version,
    decide: async ({ state, now, newId, transaction }) => {
      const { job } = state;
      requireUnfinished(job, 'Cancelling');
      const after = { ...job, status: 'CANCELLED', version: job.version + 1, updatedAt: now } as const;
      const assignment = await findCurrent(transaction, state);
      const cancelAssignment = (current: AssignmentState): Statement[] => {
        const acting = authorize(caller, current, 'cancel', { now, proposerId: null });
        const situation = { assignment: current, disputedBy: [], acting, now, newId, rules: deps.rules };
        return saveDecisions([cancel(situation, body)], deps);
      };
      return {
        response: { body: presentJob(after, caller), version: after.version },
        writes: assignment
          ? cancelAssignment(assignment)
          : [changeJob(job.id, { status: after.status, updatedAt: now })],
      };
    },
    current: async (refusal, { state, now, transaction }) => {
      const assignment = refusal.code === 'visit-started' && (await findCurrent(transaction, state));
      return assignment
        ? { currentAssignment: await viewAssignment(transaction, assignment, caller, now) }
        : currentJob(refusal, state.job, caller);
    },
  });
}

/** Another provider may have been given the job, or its title changed, between the two locks. */
async function findCurrent(transaction: Transaction, { job, assignment }: LoadedJob): Promise<AssignmentState | null> {
  const { currentAssignmentId: id, title: jobTitle } = job;
  if (id === null) return null;
  const current = id === assignment?.id ? assignment : await lockAssignment(transaction, id);
  return current && { ...current, jobTitle };
}
