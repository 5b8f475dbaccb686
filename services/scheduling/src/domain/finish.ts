import { DomainError } from '@punctual/chassis/domain';
import type { DisputeKind, ProblemCode } from '@punctual/contracts';
import type { Assignment } from './assignment.ts';
import type { Acting } from './authorize.ts';
import { type Change, change } from './change.ts';

export type Dispute = { kind: DisputeKind; reason: string };

/** Calls the work off, and the job with it. The window stays to be read. */
export function cancel(
  assignment: Assignment,
  { reason }: { reason: string },
  acting: Acting,
  now: Temporal.Instant,
): Change {
  const details = { type: 'schedule.cancelled', actor: acting, at: now, reason } as const;
  return change(assignment, details, { status: 'CANCELLED', proposalExpiresAt: null });
}

/** @throws DomainError `not-started` */
export function complete(assignment: Assignment, acting: Acting, now: Temporal.Instant): Change {
  if (whyNotBegun(assignment, now)) {
    throw new DomainError('not-started', 'The work can be completed once its window has begun.');
  }
  return change(assignment, { type: 'schedule.completed', actor: acting, at: now }, { status: 'COMPLETED' });
}

/** The rule of {@link complete} beyond the transition, and of a dispute that says that nobody came. */
export function whyNotBegun(assignment: Assignment, now: Temporal.Instant): ProblemCode | undefined {
  return hasBegun(assignment, now) ? undefined : 'not-started';
}

/** Whether the window has begun. */
export function hasBegun({ scheduledStart }: Assignment, now: Temporal.Instant): boolean {
  return scheduledStart !== null && Temporal.Instant.compare(scheduledStart, now) <= 0;
}

/**
 * Says that something is wrong; the status stays, and so does what can be done next. `disputedAt` is that of the first dispute.
 * @throws DomainError `not-started` for a no-show at a visit that is still to come
 */
export function dispute(
  assignment: Assignment,
  { kind, reason }: Dispute,
  acting: Acting,
  now: Temporal.Instant,
): Change {
  if (kind === 'NO_SHOW' && whyNotBegun(assignment, now)) {
    throw new DomainError('not-started', 'Nobody can have missed a visit whose window has not begun.');
  }
  const details = { type: 'schedule.disputed', actor: acting, at: now, reason, kind } as const;
  return change(assignment, details, { disputedAt: assignment.disputedAt ?? now });
}
