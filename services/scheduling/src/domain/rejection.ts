import { DomainError } from '@punctual/chassis/domain';
import type { RejectScope } from '@punctual/contracts';
import type { AssignmentState } from './assignment.ts';
import type { ActingRole } from './authorize.ts';
import type { AcceptedChange } from './change.ts';
import type { Proposal } from './propose.ts';

/** What a person who rejects says. */
export type Rejection = {
  reason?: string | undefined;
  scope?: RejectScope | undefined;
  counter?: Proposal | undefined;
};

/**
 * What is rejected: the window, or the provider's assignment. A provider lets go of the work unless
 * they say otherwise, a customer of the window only. A counter-proposal keeps both together.
 */
export function rejectScope({ scope, counter }: Rejection, acting: ActingRole): RejectScope {
  if (counter) return 'window';
  return scope ?? (acting.role === 'provider' ? 'assignment' : 'window');
}

/** @throws DomainError `reason-required` */
export function requireReason({ reason }: Rejection, acting: ActingRole): void {
  if (acting.role !== 'provider' || reason) return;
  throw new DomainError('reason-required', 'A provider who rejects must give a reason.');
}

/** What every rejection leaves in its change. */
export function rejected(
  { reason = null }: { reason?: string | null | undefined },
  acting: ActingRole,
  at: AcceptedChange['at'],
) {
  return { type: 'schedule.rejected', actor: acting, at, reason } as const;
}

/** What every rejection leaves in its assignment. */
export function rejectedFields({ reason }: Rejection, now: Temporal.Instant): Partial<AssignmentState> {
  return { rejectedAt: now, rejectReason: reason ?? null };
}
