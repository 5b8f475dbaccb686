import { formatInstant } from '@punctual/chassis/domain';
import type * as contract from '@punctual/contracts';
import { type HoldState, newestReason, openHolds } from './holds.ts';
import type { PayoutState } from './payout.ts';

/** A payout as everyone who may see it sees it (api.md). */
export function presentPayout(payout: PayoutState): contract.Payout {
  return {
    id: payout.id,
    assignmentId: payout.assignmentId,
    jobId: payout.jobId,
    providerId: payout.providerId,
    customerId: payout.customerId,
    amount: payout.amount,
    status: payout.status,
    onHold: payout.onHold,
    version: payout.version,
    approvals: [...payout.approvals],
    approvalsNeeded: payout.approvalsNeeded,
    holds: presentHolds(payout.holds),
    blockedBecause: newestReason(payout.holds),
    paidAt: payout.paidAt && formatInstant(payout.paidAt),
    paymentReference: payout.paymentReference,
    paidTo: payout.paidTo,
    createdAt: formatInstant(payout.createdAt),
    updatedAt: formatInstant(payout.updatedAt),
  };
}

/** Only what stops it now. */
export function presentHolds(holds: readonly HoldState[]): contract.Hold[] {
  return openHolds(holds).map(({ id, kind, reason, by, at }) => ({ id, kind, reason, by, at }));
}

/** What a timeline item shows, without what every item says anyway. */
export function timelineFields(payout: PayoutState): Record<string, unknown> {
  const { version: _version, updatedAt: _updatedAt, ...fields } = presentPayout(payout);
  return fields;
}
