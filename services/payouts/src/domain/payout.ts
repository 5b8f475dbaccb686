import type { Approval, PayoutStatus, Uuid } from '@punctual/contracts';
import { type HoldState, openHolds } from './holds.ts';
import type { Amount } from './money.ts';
import { assertTransition, type TransitionCause } from './transitions.ts';

/** What is owed to a provider for one assignment. `amount` never changes. */
export type PayoutState = {
  id: Uuid;
  assignmentId: Uuid;
  jobId: Uuid;
  providerId: Uuid;
  customerId: Uuid;
  amount: Amount;
  /** The title of the job as the latest event of the assignment has it; null if unknown. */
  jobTitle: string | null;
  status: PayoutStatus;
  /** True while a `PENDING` one waits for a new confirmation. */
  onHold: boolean;
  version: number;
  approvals: readonly Approval[];
  /** Fixed at the opening, so that a changed threshold never undoes a decision. */
  approvalsNeeded: 1 | 2;
  /**
   * The version of the provider's account that the approvals are for. Null without approvals, and
   * for those that a previous release took.
   */
  accountVersion: number | null;
  /** Everything that stops or has stopped it, oldest first. */
  holds: readonly HoldState[];
  paidAt: Temporal.Instant | null;
  paymentReference: string | null;
  /** The account that was paid, masked; null when a person paid by hand. */
  paidTo: string | null;
  createdAt: Temporal.Instant;
  updatedAt: Temporal.Instant;
};

/** The fields that a move may change. */
export type PayoutFields = Partial<
  Pick<PayoutState, 'onHold' | 'approvals' | 'accountVersion' | 'holds' | 'paidAt' | 'paymentReference' | 'paidTo'>
>;

/**
 * Makes the next version of a payout, along a transition (design §4, rule 8). A payout is
 * on hold only while `PENDING`, and `BLOCKED` exactly while it has an open hold.
 * @throws DomainError `invalid-transition` when there is no such transition
 */
export function move(
  payout: PayoutState,
  cause: TransitionCause,
  to: PayoutStatus,
  fields: PayoutFields,
  now: Temporal.Instant,
): PayoutState {
  assertTransition(payout.status, to, cause);
  const next = { ...payout, onHold: false, ...fields, status: to, version: payout.version + 1, updatedAt: now };
  const isStopped = openHolds(next.holds).length > 0;
  if (isStopped !== (to === 'BLOCKED')) throw new Error(`Payout ${payout.id} cannot be ${to} with these holds.`);
  return next;
}

/** The status that enough or not yet enough approvals make. */
export function approvalStatus(
  payout: Pick<PayoutState, 'approvals' | 'approvalsNeeded'>,
): 'APPROVED' | 'AWAITING_APPROVAL' {
  return payout.approvals.length >= payout.approvalsNeeded ? 'APPROVED' : 'AWAITING_APPROVAL';
}
