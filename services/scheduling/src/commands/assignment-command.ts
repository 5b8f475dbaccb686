import type { HandlerResponse } from '@punctual/chassis';
import { type CommandRequest, executeCommand, type Transaction } from '@punctual/chassis/postgres';
import type { ActionName, ProblemCode, Role } from '@punctual/contracts';
import { actions } from '../domain/actions.ts';
import type { AssignmentState } from '../domain/assignment.ts';
import { authorize, noSuchAssignment } from '../domain/authorize.ts';
import type { AcceptedChange } from '../domain/change.ts';
import type { AssignmentSituation, Decision } from '../domain/decide.ts';
import { presentAssignment } from '../domain/present.ts';
import { saveDecisions } from '../persistence/assignment-aggregate.ts';
import {
  type AssignmentColumns,
  type AssignmentRef,
  type BesideColumns,
  selectAssignment,
  selectBeside,
  toAssignment,
} from '../persistence/assignment-columns.ts';
import { viewAssignment } from '../queries/view-assignments.ts';
import type { SchedulingDeps } from './deps.ts';

export type AssignmentRequest<Body> = CommandRequest & {
  params: { id: string };
  body: Body;
  /** A dry run checks everything and changes nothing. */
  query?: { dryRun: boolean } | undefined;
};

/** What a command on an assignment decides on. */
export type AssignmentContext<Body> = {
  situation: AssignmentSituation;
  body: Body;
  transaction: Transaction;
  deps: SchedulingDeps;
};

export type AssignmentCommand<Body> = (
  deps: SchedulingDeps,
  request: AssignmentRequest<Body>,
) => Promise<HandlerResponse>;

export type AssignmentCommandOptions = {
  /** Who may give it by this path, when not every role that the action is for. */
  roles?: readonly Role[];
  /** The assignment that the path is about, when not by its own id. */
  refTo?: (id: string) => AssignmentRef;
  /** Makes the response of a command that checks everything and changes nothing. */
  preview?: (after: AssignmentState) => object | null;
};

/**
 * Makes a command on an assignment. It is checked in the order of api.md: existence and sight,
 * role, Idempotency-Key, `If-Match`, then what `decide` checks.
 */
export function assignmentCommand<Body>(
  action: ActionName,
  decide: (context: AssignmentContext<Body>) => Decision | Promise<Decision>,
  { roles, refTo = (id) => ({ id }), preview }: AssignmentCommandOptions = {},
): AssignmentCommand<Body> {
  return (deps, request) => {
    const { caller, body, params, query } = request;
    const ref = refTo(params.id);
    return executeCommand(deps, request, {
      load: { lock: { row: selectAssignment(ref) }, read: [selectBeside(ref)], toState },
      authorize: ({ assignment, proposerId }, now) => authorize(caller, assignment, action, { now, proposerId }, roles),
      version: ({ assignment }) => assignment.scheduleVersion,
      decide: async ({ state: { assignment, disputedBy }, actor: acting, now, newId, transaction }) => {
        const situation = { assignment, disputedBy, acting, now, newId, rules: deps.rules };
        const decision = await decide({ situation, body, transaction, deps });
        const checks = preview ?? (query?.dryRun ? () => ({ ok: true }) : undefined);
        if (checks) {
          return {
            response: { body: checks(lastChange(decision).after), version: assignment.scheduleVersion },
            writes: 'dry run',
          };
        }
        return { response: respond(decision, situation, caller), writes: saveDecisions([decision], deps) };
      },
      current: async ({ code }, { state, now, transaction }) =>
        explainedByState.has(code)
          ? { currentAssignment: await viewAssignment(transaction, state.assignment, caller, now) }
          : undefined,
    });
  };
}

type Loaded = { assignment: AssignmentState; proposerId: string | null; disputedBy: readonly Role[] };

function toState([[row], [beside]]: [AssignmentColumns[], BesideColumns[]]): Loaded {
  if (!row) throw noSuchAssignment();
  return {
    assignment: toAssignment({ ...row, job_title: beside?.job_title ?? row.job_title }),
    proposerId: beside?.proposer_id ?? null,
    disputedBy: beside?.disputed_by ?? [],
  };
}

function respond(
  decision: Decision,
  { acting, now, disputedBy }: AssignmentSituation,
  caller: CommandRequest['caller'],
) {
  const { type, after } = lastChange(decision);
  const surroundings = {
    // What was proposed in this transaction has just been found to be free.
    windowTaken: false,
    proposerId: caller.id,
    disputedBy: type === 'schedule.disputed' ? [...disputedBy, acting.role] : disputedBy,
  };
  return {
    body: presentAssignment(after, actions(after, caller, now, surroundings)),
    version: after.scheduleVersion,
  };
}

function lastChange({ changes }: Decision): AcceptedChange {
  const last = changes.at(-1);
  if (!last) throw new Error('A decision without a change.');
  return last;
}

/** The refusals that the current state explains. */
const explainedByState = new Set<ProblemCode>([
  'precondition-failed',
  'version-conflict',
  'invalid-transition',
  'visit-started',
]);
