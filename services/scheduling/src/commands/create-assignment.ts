import type { HandlerResponse } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type CommandRequest, executeCommand } from '@punctual/chassis/postgres';
import type { CreateAssignmentBody } from '@punctual/contracts';
import { actions, noSurroundings } from '../domain/actions.ts';
import { requireCommandOf } from '../domain/authorize.ts';
import { createAssignment as decideCreateAssignment } from '../domain/create-assignment.ts';
import { presentAssignment } from '../domain/present.ts';
import { saveAssigned } from '../persistence/assignment-aggregate.ts';
import { countUnanswered } from '../persistence/counts.ts';
import { assignJob, type JobColumns, selectCurrentProvider, selectJob } from '../persistence/jobs.ts';
import { toVisibleJob } from '../queries/get-job.ts';
import { retryAfterS, type SchedulingDeps } from './deps.ts';

/** Gives an open job to a provider. */
export function createAssignment(
  deps: SchedulingDeps,
  request: CommandRequest & { params: { id: string }; body: CreateAssignmentBody },
): Promise<HandlerResponse> {
  const { caller, params, body } = request;
  const { openPerPair } = deps.limits;
  return executeCommand(deps, request, {
    load: {
      lock: { row: selectJob(params.id) },
      read: [selectCurrentProvider(params.id)],
      toState: (rows: [JobColumns[], { provider_id: string }[]]) => toVisibleJob(caller, rows),
    },
    authorize: (job) => requireCommandOf(caller, job),
    version: () => undefined,
    decide: async ({ state: job, now, newId, transaction }) => {
      const givenByCustomer = caller.roles.includes('customer') && job.customerId === caller.id;
      const actor = { id: caller.id, role: givenByCustomer ? 'customer' : 'ops' } as const;
      const decided = decideCreateAssignment(job, { providerId: body.providerId, id: newId(), actor }, now);
      const assignment = decided.change.after;
      if (givenByCustomer && (await countUnanswered(transaction, assignment, openPerPair)) >= openPerPair) {
        const detail = `The provider has not answered ${openPerPair} assignments of yours.`;
        throw new DomainError('too-many-open-assignments', detail, {}, retryAfterS);
      }
      return {
        response: {
          body: presentAssignment(assignment, actions(assignment, caller, now, noSurroundings)),
          version: assignment.scheduleVersion,
          location: `/assignments/${assignment.id}`,
        },
        writes: [...saveAssigned(decided.change, givenByCustomer, deps), assignJob(decided.job)],
      };
    },
  });
}
