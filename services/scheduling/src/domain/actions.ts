import { type Action, ActionName, type ProblemCode } from '@punctual/contracts';
import type { Assignment } from './assignment.ts';
import { type Caller, capacities, whyNotAuthorized } from './authorize.ts';
import { whyNotBegun } from './finish.ts';
import { formatInstant } from './format-time.ts';
import { isPossible, type Transition } from './transitions.ts';

/** What lies outside the assignment and still decides what the caller may do. */
export type Surroundings = {
  /** Whether the provider has a confirmed window where this one is proposed. */
  readonly windowTaken: boolean;
  /** The person who made the open proposal, in whatever role; null when nothing is proposed. */
  readonly proposerId: string | null;
};

export const nothingProposed: Surroundings = { windowTaken: false, proposerId: null };

/**
 * What the caller may do now, in the order of api.md. `because` is the code that the command would be refused with; `until` is when
 * the answer changes by itself. What depends on the words of a request (a reason, a window,
 * the kind of a dispute) is not judged here.
 */
export function actions(
  assignment: Assignment,
  caller: Caller,
  now: Temporal.Instant,
  surroundings: Surroundings,
): Action[] {
  return ActionName.options.map((name) => {
    const because = whyNot(name, assignment, caller, now, surroundings);
    const until = untilWhen(name, assignment, because);
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

const transitionsOf: Record<ActionName, readonly Transition[]> = {
  propose: ['propose'],
  confirm: ['confirm'],
  reject: ['rejectWindow', 'release'],
  cancel: ['cancel'],
  complete: ['complete'],
  dispute: ['dispute'],
};

function whyNot(
  name: ActionName,
  assignment: Assignment,
  caller: Caller,
  now: Temporal.Instant,
  { windowTaken, proposerId }: Surroundings,
): ProblemCode | undefined {
  const unauthorized = whyNotAuthorized(caller, assignment, name, { now, proposerId });
  if (unauthorized) return unauthorized;
  if (!transitionsOf[name].some((each) => isPossible(assignment, each, now))) return 'invalid-transition';
  if (name === 'complete') return whyNotBegun(assignment, now);
  return name === 'confirm' && windowTaken ? 'window-taken' : undefined;
}

function untilWhen(
  name: ActionName,
  assignment: Assignment,
  because: ProblemCode | undefined,
): Temporal.Instant | null {
  if (name === 'confirm' && because === undefined) return assignment.proposalExpiresAt;
  return because === 'not-started' ? assignment.scheduledStart : null;
}

function href(name: ActionName, assignment: Assignment, caller: Caller): string {
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
function proposesForJob(assignment: Assignment, caller: Caller): boolean {
  return capacities(caller, assignment).some((role) => role === 'customer' || role === 'ops');
}
