import type { PayoutStatus } from '@punctual/contracts';
import type { ObservedState } from './state.ts';

/** Written down again from design §4 rule 8, on purpose not taken from the service. */
const edges: Readonly<Record<PayoutStatus, readonly PayoutStatus[]>> = {
  PENDING: ['PENDING', 'AWAITING_APPROVAL', 'BLOCKED'],
  AWAITING_APPROVAL: ['AWAITING_APPROVAL', 'APPROVED', 'BLOCKED'],
  APPROVED: ['APPROVED', 'AWAITING_APPROVAL', 'PAID', 'BLOCKED'],
  BLOCKED: ['BLOCKED', 'PENDING', 'AWAITING_APPROVAL', 'APPROVED'],
  PAID: [],
};

const statusOf = new Map<string, PayoutStatus>([
  ['payout.pending', 'PENDING'],
  ['payout.awaiting_approval', 'AWAITING_APPROVAL'],
  ['payout.approved', 'APPROVED'],
  ['payout.paid', 'PAID'],
  ['payout.blocked', 'BLOCKED'],
]);

/** I6: a payout begins `PENDING`, makes only legal transitions, and is paid at most once. */
export function legalPayouts({ payouts }: ObservedState): string[] {
  return [...Map.groupBy(payouts.timeline, ({ id }) => id)].flatMap(([id, items]) => {
    const path = items.map(({ type }) => statusOf.get(type));
    return path.flatMap((to, index) =>
      isLegal(path[index - 1], to) ? [] : [`payout ${id} went ${path[index - 1]} → ${to}`],
    );
  });
}

function isLegal(from: PayoutStatus | undefined, to: PayoutStatus | undefined): boolean {
  if (to === undefined) return false;
  return from === undefined ? to === 'PENDING' : edges[from].includes(to);
}
