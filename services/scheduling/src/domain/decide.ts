import type { Role } from '@punctual/contracts';
import type { AssignmentState, JobState } from './assignment.ts';
import type { ActingRole } from './authorize.ts';
import type { AcceptedChange } from './change.ts';
import { expire } from './expire.ts';
import { type AssignmentTransition, requirePossible } from './transitions.ts';
import type { ProposalRules } from './wanted-window.ts';

/** What every command on an assignment is decided on. */
export type AssignmentSituation = {
  readonly assignment: AssignmentState;
  /** The sides that have disputed it. */
  readonly disputedBy: readonly Role[];
  readonly acting: ActingRole;
  readonly now: Temporal.Instant;
  readonly newId: () => string;
  readonly rules: ProposalRules;
};

/** What a command does: at least one change, in order, and what follows for the job. */
export type Decision = {
  readonly changes: readonly AcceptedChange[];
  /** Present when the job changes too. */
  readonly job?: Partial<Pick<JobState, 'status' | 'currentAssignmentId'>>;
  /** The assignment of the next provider, when one is invited. */
  readonly next?: AcceptedChange;
};

/**
 * Judges a command by the state machine, then by its own rules. A proposal that has run out is
 * expired first, by the system and in its own version, so that its end is published whichever comes
 * first, the sweep or the next command.
 * @param apply the command's own rules, on the assignment without an expired proposal
 * @throws DomainError `invalid-transition`, `visit-started`, then the codes of the command's rules
 */
export function decide(
  { assignment, acting, now, disputedBy }: AssignmentSituation,
  transition: AssignmentTransition,
  apply: (assignment: AssignmentState) => Decision,
): Decision {
  requirePossible(assignment, transition, { role: acting.role, now, disputedBy });
  const expired = expire(assignment, now);
  if (!expired) return apply(assignment);
  const decision = apply(expired.after);
  return { ...decision, changes: [expired, ...decision.changes] };
}
