import { DomainError } from '@punctual/chassis/domain';
import type { AssignmentStatus, ProblemCode, Role } from '@punctual/contracts';
import { type AssignmentState, statusAt } from './assignment.ts';
import { hasBegun } from './has-begun.ts';

/** What can be done to an assignment. A reject is one of two: of the window or of the provider. */
export type AssignmentTransition =
  | 'propose'
  | 'confirm'
  | 'rejectWindow'
  | 'releaseProvider'
  | 'cancel'
  | 'complete'
  | 'dispute';

/** The state machine (design §3). `actions` and refusals both read it, so that they cannot disagree. */
const transitionsIn: Record<AssignmentStatus, readonly AssignmentTransition[]> = {
  UNSCHEDULED: ['propose', 'releaseProvider', 'cancel'],
  PROPOSED: ['propose', 'confirm', 'rejectWindow', 'releaseProvider', 'cancel'],
  CONFIRMED: ['propose', 'rejectWindow', 'releaseProvider', 'cancel', 'complete', 'dispute'],
  COMPLETED: ['dispute'],
  DECLINED: [],
  CANCELLED: [],
};

/** Who attempts a transition, when, and which sides have used up their one dispute. */
export type TransitionAttempt = {
  readonly role: Role;
  readonly now: Temporal.Instant;
  readonly disputedBy: readonly Role[];
};

/**
 * Returns the code that a transition is refused with, if it is. Each side disputes once. A customer
 * cannot take back a confirmed visit that has begun, so that a provider can always complete or dispute
 * it.
 */
export function denialReason(
  assignment: AssignmentState,
  transition: AssignmentTransition,
  { role, now, disputedBy }: TransitionAttempt,
): ProblemCode | undefined {
  if (!transitionsIn[statusAt(assignment, now)].includes(transition)) return 'invalid-transition';
  if (transition === 'dispute' && disputedBy.includes(role)) return 'invalid-transition';
  return endsAtStart(assignment, transition, role) && hasBegun(assignment, now) ? 'visit-started' : undefined;
}

/** Whether the start of the window takes this transition from the role. */
export function endsAtStart({ status }: AssignmentState, transition: AssignmentTransition, role: Role): boolean {
  return role === 'customer' && status === 'CONFIRMED' && takesBack.has(transition);
}

const takesBack = new Set<AssignmentTransition>(['propose', 'rejectWindow', 'releaseProvider', 'cancel']);

/** @throws DomainError `invalid-transition`, `visit-started` */
export function requirePossible(
  assignment: AssignmentState,
  transition: AssignmentTransition,
  attempt: TransitionAttempt,
): void {
  const code = denialReason(assignment, transition, attempt);
  if (code === undefined) return;
  const because = code === 'visit-started' ? 'the visit has started' : explain(assignment, transition, attempt);
  throw new DomainError(code, `${words[transition]} is not possible: ${because}.`);
}

const words: Record<AssignmentTransition, string> = {
  propose: 'Proposing a window',
  confirm: 'Confirming',
  rejectWindow: 'Rejecting the window',
  releaseProvider: 'Releasing the provider',
  cancel: 'Cancelling',
  complete: 'Completing',
  dispute: 'Disputing',
};

function explain(
  assignment: AssignmentState,
  transition: AssignmentTransition,
  { role, now, disputedBy }: TransitionAttempt,
): string {
  if (assignment.status !== statusAt(assignment, now)) return 'the proposal has expired';
  if (transition === 'dispute' && disputedBy.includes(role)) return `the ${role} side has already disputed`;
  return `the assignment is ${assignment.status}`;
}
