import type * as contract from '@punctual/contracts';
import { type Hold, newestReason, openHolds } from './holds.ts';
import type { Payout } from './payout.ts';

const eventTypes = {
  PENDING: 'payout.pending',
  AWAITING_APPROVAL: 'payout.awaiting_approval',
  APPROVED: 'payout.approved',
  PAID: 'payout.paid',
  BLOCKED: 'payout.blocked',
} as const satisfies Record<contract.PayoutStatus, contract.PayoutEventType>;

/** A payout as everyone who may see it sees it (api.md). */
export function presentPayout(payout: Payout): contract.Payout {
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
    paidAt: payout.paidAt?.toISOString() ?? null,
    paymentReference: payout.paymentReference,
    paidTo: payout.paidTo,
    createdAt: payout.createdAt.toISOString(),
    updatedAt: payout.updatedAt.toISOString(),
  };
}

/** The type and the data of the event that tells of the status that a payout now has (design §4, rule 8). */
export function toPayoutEvent(payout: Payout): { type: contract.PayoutEventType; data: contract.PayoutData } {
  const { id: payoutId, assignmentId, jobId, providerId, customerId, amount } = payout;
  const { version, status, onHold, paymentReference } = payout;
  const holds = presentHolds(payout.holds);
  const blockedBecause = newestReason(payout.holds);
  const parties = { payoutId, assignmentId, jobId, providerId, customerId };
  const approvals = [...payout.approvals];
  return {
    type: eventTypes[status],
    data: { ...parties, amount, version, status, onHold, approvals, holds, blockedBecause, paymentReference },
  };
}

function presentHolds(holds: readonly Hold[]): contract.Hold[] {
  return openHolds(holds).map(({ id, kind, reason, by, at }) => ({ id, kind, reason, by, at }));
}

export type ChangedFields = { before: Record<string, unknown>; after: Record<string, unknown> };

/** What a timeline item shows: the fields that changed, as they were and as they became. Of an opening, every field. */
export function changedFields(before: Payout | undefined, after: Payout): ChangedFields {
  const is = timelineFields(after);
  const was = before ? timelineFields(before) : {};
  const names = Object.keys(is).filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  const pick = (from: Record<string, unknown>) =>
    Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
  return { before: pick(was), after: pick(is) };
}

/** Without what every item says anyway. */
function timelineFields(payout: Payout): Record<string, unknown> {
  const { version: _version, updatedAt: _updatedAt, ...fields } = presentPayout(payout);
  return fields;
}
