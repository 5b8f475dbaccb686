import { DomainError } from '@punctual/chassis/domain';
import type { AssignmentStatus } from '@punctual/contracts';
import { type Assignment, statusAt } from './assignment.ts';

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

/** Whether the state at `now` lets it happen. A dispute comes only once, whatever the status. */
export function isPossible(assignment: Assignment, transition: Transition, now: Temporal.Instant): boolean {
  if (transition === 'dispute' && assignment.disputedAt) return false;
  return transitionsIn[statusAt(assignment, now)].includes(transition);
}

/** @throws DomainError `invalid-transition` */
export function requirePossible(assignment: Assignment, transition: Transition, now: Temporal.Instant): void {
  if (isPossible(assignment, transition, now)) return;
  throw new DomainError('invalid-transition', `${words[transition]} is not possible: ${explain(assignment, now)}.`);
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

function explain(assignment: Assignment, now: Temporal.Instant): string {
  if (assignment.status !== statusAt(assignment, now)) return 'the proposal has expired';
  const disputed = assignment.disputedAt ? ' and disputed already' : '';
  return `the assignment is ${assignment.status}${disputed}`;
}
