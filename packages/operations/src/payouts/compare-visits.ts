import { type Assignment, AssignmentPage, lenient, type Payout, PayoutPage } from '@punctual/contracts';
import { z } from 'zod';
import type { GatewayAccess } from '../gateway/access.ts';
import { findAtGateway } from '../gateway/ask-gateway.ts';
import { inOrder } from '../gateway/in-order.ts';
import { readPages } from '../gateway/read-pages.ts';

export type VisitDriftKind =
  | 'UNKNOWN_TO_SCHEDULING'
  | 'VISIT_PARTY_DIFFERS'
  | 'VISIT_AMOUNT_DIFFERS'
  | 'VISIT_STATUS_DIFFERS'
  | 'VISIT_WITHOUT_PAYOUT';

export type VisitDrift = { kind: VisitDriftKind; payoutId: string | null; assignmentId: string; detail: string };

/** The fields of an assignment that are compared. */
const Visit = z.looseObject({
  jobId: z.string(),
  customerId: z.string(),
  providerId: z.string(),
  status: z.string(),
  price: z.looseObject({ amountMinor: z.number(), currency: z.string() }),
  updatedAt: z.string(),
});
type Visit = Pick<Assignment, 'jobId' | 'customerId' | 'providerId' | 'price' | 'updatedAt'> & { status: string };

/** More recent changes of scheduling may still be on their way to payouts. */
const underwayMs = 60_000;
const worked = ['AWAITING_APPROVAL', 'APPROVED', 'PAID'];
const over = ['CANCELLED', 'DECLINED'];

/**
 * Compares each payout with scheduling's own record of its assignment, and each completed
 * assignment with its payout, over the API: events do not show that they were forged. Pages are
 * read newest first, back to `from`.
 */
export async function* compareVisits(access: GatewayAccess, from: string | undefined): AsyncGenerator<VisitDrift> {
  const payouts = readPages(access, '/payouts?limit=100', lenient(PayoutPage), from);
  for await (const found of inOrder(payouts, async (payout) => {
    // After the payout, so that the payout cannot be newer.
    const visit = await findAtGateway(access, `/assignments/${payout.assignmentId}`, Visit);
    return [...differences(payout, visit, Date.now())].map((difference) => ({
      ...difference,
      payoutId: payout.id,
      assignmentId: payout.assignmentId,
    }));
  }))
    yield* found;

  const visits = readPages(access, '/assignments?status=COMPLETED&limit=100', lenient(AssignmentPage), from);
  for await (const found of inOrder(visits, async ({ id, updatedAt }): Promise<VisitDrift[]> => {
    if (isUnderway(updatedAt, Date.now())) return [];
    if (await findAtGateway(access, `/assignments/${id}/payout`, z.unknown())) return [];
    return [{ kind: 'VISIT_WITHOUT_PAYOUT', payoutId: null, assignmentId: id, detail: 'the assignment is COMPLETED' }];
  }))
    yield* found;
}

type Compared = Pick<Payout, 'jobId' | 'customerId' | 'providerId' | 'amount' | 'status' | 'onHold'>;

/** @param now ms since the epoch */
export function* differences(
  payout: Compared,
  visit: Visit | undefined,
  now: number,
): Generator<{ kind: VisitDriftKind; detail: string }> {
  const { amount, status } = payout;
  if (!visit) {
    yield { kind: 'UNKNOWN_TO_SCHEDULING', detail: `${amount.amountMinor} ${amount.currency}, ${status}` };
    return;
  }
  for (const party of ['jobId', 'customerId', 'providerId'] as const)
    if (payout[party] !== visit[party])
      yield { kind: 'VISIT_PARTY_DIFFERS', detail: `${party} ${payout[party]} instead of ${visit[party]}` };

  const { amountMinor, currency } = visit.price;
  // A released job may be assigned again at another price.
  if (!over.includes(visit.status) && (amount.amountMinor !== amountMinor || amount.currency !== currency))
    yield {
      kind: 'VISIT_AMOUNT_DIFFERS',
      detail: `${amount.amountMinor} ${amount.currency} instead of ${amountMinor} ${currency}`,
    };

  const isAhead = worked.includes(status) && visit.status !== 'COMPLETED';
  const isBehind = status === 'PENDING' && visit.status !== (payout.onHold ? 'PROPOSED' : 'CONFIRMED');
  const released = payout.onHold && visit.status === 'UNSCHEDULED';
  if (isAhead || (isBehind && !released && !isUnderway(visit.updatedAt, now)))
    yield { kind: 'VISIT_STATUS_DIFFERS', detail: `${status} although the assignment is ${visit.status}` };
}

function isUnderway(updatedAt: string, now: number): boolean {
  return now - Date.parse(updatedAt) < underwayMs;
}
