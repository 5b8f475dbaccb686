import { formatInstant } from '@punctual/chassis/domain';
import { type Action, ActionName, type ProblemCode, type Role } from '@punctual/contracts';
import type { AssignmentState } from './assignment.ts';
import { type AssignmentCaller, capacities, judge } from './authorize.ts';
import { hasBegun } from './has-begun.ts';
import { type AssignmentTransition, denialReason, endsAtStart } from './transitions.ts';

/** Facts beside the assignment that decide what the caller may do. */
export type Surroundings = {
  /** Whether the provider has a confirmed window where this one is proposed. */
  readonly windowTaken: boolean;
  /** The person who made the open proposal, in whatever role; null when nothing is proposed. */
  readonly proposerId: string | null;
  /** The sides that have disputed it. */
  readonly disputedBy: readonly Role[];
};

/** Of an assignment with nothing proposed and nothing disputed. */
export const noSurroundings: Surroundings = { windowTaken: false, proposerId: null, disputedBy: [] };

/**
 * Lists what the caller may do now, in the order of api.md. `because` is the code that the command
 * would be refused with; `until` is when the answer changes by itself. Checks of the body (a reason, a
 * window, the kind of a dispute) are not part of it.
 */
export function actions(
  assignment: AssignmentState,
  caller: AssignmentCaller,
  now: Temporal.Instant,
  surroundings: Surroundings,
): Action[] {
  return ActionName.options.map((name) => {
    const { role, because } = denialOf(name, assignment, caller, now, surroundings);
    const until = untilWhen(name, assignment, role, because);
    return {
      name,
      allowed: because === undefined,
      href: href(name, assignment, caller),
      method: 'POST',
      ...(because && { because }),
      ...(until && { until: formatInstant(until) }),
    };
  });
}

const transitionsOf: Record<ActionName, readonly AssignmentTransition[]> = {
  propose: ['propose'],
  confirm: ['confirm'],
  reject: ['rejectWindow', 'releaseProvider'],
  cancel: ['cancel'],
  complete: ['complete'],
  dispute: ['dispute'],
};

function denialOf(
  name: ActionName,
  assignment: AssignmentState,
  caller: AssignmentCaller,
  now: Temporal.Instant,
  { windowTaken, proposerId, disputedBy }: Surroundings,
): { role?: Role; because: ProblemCode | undefined } {
  const judged = judge(caller, assignment, name, { now, proposerId });
  if ('code' in judged) return { because: judged.code };
  const { role } = judged;
  const refusals = transitionsOf[name].map((each) => denialReason(assignment, each, { role, now, disputedBy }));
  if (refusals.every((code) => code !== undefined)) return { role, because: refusals[0] };
  if (name === 'complete') return { role, because: hasBegun(assignment, now) ? undefined : 'not-started' };
  return { role, because: name === 'confirm' && windowTaken ? 'window-taken' : undefined };
}

function untilWhen(
  name: ActionName,
  assignment: AssignmentState,
  role: Role | undefined,
  because: ProblemCode | undefined,
): Temporal.Instant | null {
  if (because === 'not-started') return assignment.scheduledStart;
  if (because !== undefined || role === undefined) return null;
  if (name === 'confirm') return assignment.proposalExpiresAt;
  return transitionsOf[name].some((each) => endsAtStart(assignment, each, role)) ? assignment.scheduledStart : null;
}

function href(name: ActionName, assignment: AssignmentState, caller: AssignmentCaller): string {
  const { id, jobId } = assignment;
  switch (name) {
    case 'propose':
      return proposesForJob(assignment, caller) ? `/jobs/${jobId}/schedule` : `/assignments/${id}/schedule`;
    case 'confirm':
      return `/assignments/${id}/schedule/confirm`;
    default:
      return `/assignments/${id}/${name}`;
  }
}

/** The customer and ops propose through the job, the provider through the assignment. */
function proposesForJob(assignment: AssignmentState, caller: AssignmentCaller): boolean {
  return capacities(caller, assignment).some((role) => role === 'customer' || role === 'ops');
}
