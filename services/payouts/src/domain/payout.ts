import type { Approval, PayoutStatus, Uuid } from '@punctual/contracts';
import { type Cause, requireEdge } from './edges.ts';
import { type Hold, openHolds } from './holds.ts';
import type { Amount } from './money.ts';

/** What is owed to a provider for one assignment. `amount` never changes once it is open; a correction is a new record. */
export type Payout = {
  id: Uuid;
  assignmentId: Uuid;
  jobId: Uuid;
  providerId: Uuid;
  customerId: Uuid;
  amount: Amount;
  status: PayoutStatus;
  /** True while a `PENDING` one waits for a new confirmation. */
  onHold: boolean;
  version: number;
  approvals: readonly Approval[];
  /** Fixed at the opening, so that a changed threshold never undoes a decision. */
  approvalsNeeded: 1 | 2;
  /** The version of the provider's account that the approvals are for; null when a previous release took them, or nobody has approved. */
  accountVersion: number | null;
  /** Everything that stops or has stopped it, oldest first. */
  holds: readonly Hold[];
  paidAt: Date | null;
  paymentReference: string | null;
  /** The account that was paid, masked; null when a person paid by hand. */
  paidTo: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/** The fields that a move may change. */
export type Fields = Partial<
  Pick<Payout, 'onHold' | 'approvals' | 'accountVersion' | 'holds' | 'paidAt' | 'paymentReference' | 'paidTo'>
>;

/**
 * The only way from one state to the next: along an edge, with the version one higher (design §4, rule 8). A payout is
 * on hold only while `PENDING`, and `BLOCKED` exactly while it has an open hold.
 * @throws DomainError `invalid-transition` when there is no such edge
 */
export function move(payout: Payout, cause: Cause, to: PayoutStatus, fields: Fields, now: Date): Payout {
  requireEdge(payout.status, to, cause);
  const next = { ...payout, onHold: false, ...fields, status: to, version: payout.version + 1, updatedAt: now };
  const isStopped = openHolds(next.holds).length > 0;
  if (isStopped !== (to === 'BLOCKED')) throw new Error(`Payout ${payout.id} cannot be ${to} with these holds.`);
  return next;
}

/** The status that enough or not yet enough approvals make. */
export function approvalStatus(
  payout: Pick<Payout, 'approvals' | 'approvalsNeeded'>,
): 'APPROVED' | 'AWAITING_APPROVAL' {
  return payout.approvals.length >= payout.approvalsNeeded ? 'APPROVED' : 'AWAITING_APPROVAL';
}
