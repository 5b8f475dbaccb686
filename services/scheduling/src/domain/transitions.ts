import { DomainError } from '@punctual/chassis/domain';
import type { AssignmentStatus, ProblemCode, Role } from '@punctual/contracts';
import { type Assignment, statusAt } from './assignment.ts';
import { hasBegun } from './finish.ts';

/** What can be done to an assignment. A reject is one of two: the window goes, or the provider does. */
export type Transition = 'propose' | 'confirm' | 'rejectWindow' | 'release' | 'cancel' | 'complete' | 'dispute';

/** The whole state machine (design §3). `actions` and refusals are both read from it, so that they cannot disagree. */
const transitionsIn: Record<AssignmentStatus, readonly Transition[]> = {
  UNSCHEDULED: ['propose', 'release', 'cancel'],
  PROPOSED: ['propose', 'confirm', 'rejectWindow', 'release', 'cancel'],
  CONFIRMED: ['propose', 'rejectWindow', 'release', 'cancel', 'complete', 'dispute'],
  COMPLETED: ['dispute'],
  DECLINED: [],
  CANCELLED: [],
};

/** Who wants a transition, when, and which sides have used up their one dispute. */
export type Wish = {
  readonly role: Role;
  readonly now: Temporal.Instant;
  readonly disputedBy: readonly Role[];
};

/**
 * The code that a transition is refused with, if it is. Each side disputes once. A customer cannot take back a confirmed visit
 * that has begun, so that a provider can always complete or dispute it.
 */
export function whyNotPossible(
  assignment: Assignment,
  transition: Transition,
  { role, now, disputedBy }: Wish,
): ProblemCode | undefined {
  if (!transitionsIn[statusAt(assignment, now)].includes(transition)) return 'invalid-transition';
  if (transition === 'dispute' && disputedBy.includes(role)) return 'invalid-transition';
  return endsAtStart(assignment, transition, role) && hasBegun(assignment, now) ? 'visit-started' : undefined;
}

/** Whether the start of the window takes this transition from the role. */
export function endsAtStart({ status }: Assignment, transition: Transition, role: Role): boolean {
  return role === 'customer' && status === 'CONFIRMED' && takesBack.has(transition);
}

const takesBack = new Set<Transition>(['propose', 'rejectWindow', 'release', 'cancel']);

/** @throws DomainError `invalid-transition`, `visit-started` */
export function requirePossible(assignment: Assignment, transition: Transition, wish: Wish): void {
  const code = whyNotPossible(assignment, transition, wish);
  if (code === undefined) return;
  const because = code === 'visit-started' ? 'the visit has started' : explain(assignment, transition, wish);
  throw new DomainError(code, `${words[transition]} is not possible: ${because}.`);
}

const words: Record<Transition, string> = {
  propose: 'Proposing a window',
  confirm: 'Confirming',
  rejectWindow: 'Rejecting the window',
  release: 'Releasing the provider',
  cancel: 'Cancelling',
  complete: 'Completing',
  dispute: 'Disputing',
};

function explain(assignment: Assignment, transition: Transition, { role, now, disputedBy }: Wish): string {
  if (assignment.status !== statusAt(assignment, now)) return 'the proposal has expired';
  if (transition === 'dispute' && disputedBy.includes(role)) return `the ${role} side has disputed already`;
  return `the assignment is ${assignment.status}`;
}
