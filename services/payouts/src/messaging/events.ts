import type { PayoutData, PayoutEventType, PayoutStatus } from '@punctual/contracts';
import { newestReason } from '../domain/holds.ts';
import type { PayoutState } from '../domain/payout.ts';
import { presentHolds } from '../domain/present.ts';

const eventTypes = {
  PENDING: 'payout.pending',
  AWAITING_APPROVAL: 'payout.awaiting_approval',
  APPROVED: 'payout.approved',
  PAID: 'payout.paid',
  BLOCKED: 'payout.blocked',
} as const satisfies Record<PayoutStatus, PayoutEventType>;

/** Each status has its own event (design §4, rule 8). */
export function eventTypeOf({ status }: PayoutState): PayoutEventType {
  return eventTypes[status];
}

/** The data of the event that publishes a version of a payout. */
export function payoutEventData(payout: PayoutState): PayoutData {
  const { id: payoutId, assignmentId, jobId, providerId, customerId, amount, jobTitle } = payout;
  const { version, status, onHold, paymentReference } = payout;
  const approvals = [...payout.approvals];
  const holds = presentHolds(payout.holds);
  const blockedBecause = newestReason(payout.holds);
  return {
    ...{ payoutId, assignmentId, jobId, providerId, customerId, amount, jobTitle, version, status, onHold },
    ...{ approvals, holds, blockedBecause, paymentReference },
  };
}
