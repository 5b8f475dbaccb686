import { DomainError } from '@punctual/chassis/domain';
import type { Uuid } from '@punctual/contracts';
import type { AssignmentView } from './assignment-view.ts';
import { standing } from './follow-assignment.ts';
import { approvalStatus, move, type Payout } from './payout.ts';

/** What a person's command is judged on. */
export type Situation = { payout: Payout; view: AssignmentView; now: Date };

/**
 * Counts one person's approval; the last one needed makes it `APPROVED`.
 * @throws DomainError `already-approved` for the same person a second time, whatever has become of the payout since
 */
export function approve({ payout, now }: Situation, by: Uuid): Payout {
  if (payout.approvals.some((approval) => approval.by === by)) {
    throw new DomainError('already-approved', 'You have approved this payout already; another person has to.');
  }
  const approvals = [...payout.approvals, { by, at: now.toISOString() }];
  return move(payout, 'approve', approvalStatus({ ...payout, approvals }), { approvals }, now);
}

/** Stops a payout that is not yet paid, for a person's reason. */
export function block({ payout, now }: Situation, reason: string): Payout {
  return move(payout, 'block', 'BLOCKED', { blockedBecause: reason }, now);
}

/**
 * Puts a payout back to where the events have brought it meanwhile; approvals given before still count.
 * @throws DomainError `invalid-transition` when its assignment was cancelled or declined
 */
export function unblock({ payout, view, now }: Situation): Payout {
  if (view.endedBecause !== null) {
    throw new DomainError('invalid-transition', `Nothing is owed: the assignment was ${view.endedBecause}.`);
  }
  const { status, onHold } = standing(payout, view);
  return move(payout, 'unblock', status, { onHold, disputeSettled: view.disputedBecause !== null }, now);
}

/** Records that a person has paid it by hand. */
export function markPaid({ payout, now }: Situation, reference: string): Payout {
  return move(payout, 'mark-paid', 'PAID', { paidAt: now, paymentReference: reference }, now);
}

/** The payment provider says that the money has moved. */
export function settlePaid(payout: Payout, reference: string, now: Date): Payout {
  return move(payout, 'payment', 'PAID', { paidAt: now, paymentReference: reference }, now);
}

/** The payment did not go as it should, or nobody knows how it went: a person has to look. */
export function blockPayment(payout: Payout, because: string, now: Date): Payout {
  return move(payout, 'payment', 'BLOCKED', { blockedBecause: because }, now);
}
