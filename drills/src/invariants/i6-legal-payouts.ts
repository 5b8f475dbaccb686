import type { PayoutStatus } from '@punctual/contracts';
import { isMeanwhile } from '../stack/loss.ts';
import type { Message, ObservedState } from './state.ts';

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

/**
 * I6: a payout begins `PENDING`, makes only legal transitions, and is paid at most once. That holds for
 * its stream, too, which remembers payments that a restored database forgot. A repair says `PAID` again.
 */
export function legalPayouts({ payouts, streams, losses }: ObservedState): string[] {
  const illegal = [...Map.groupBy(payouts.timeline, ({ id }) => id)].flatMap(([id, items]) => {
    const path = items.map(({ type }) => statusOf.get(type));
    return path.flatMap((to, index) => {
      const from = path[index - 1];
      const at = items[index]?.at ?? new Date(0);
      const isAgain = from === 'PAID' && to === 'PAID' && isMeanwhile(losses, 'payout', at);
      return isAgain || isLegal(from, to) ? [] : [`payout ${id} went ${from} → ${to}`];
    });
  });
  return [...illegal, ...paidTwice(streams.PAYOUT)];
}

function paidTwice(messages: readonly Message[]): string[] {
  const paid = messages.filter(({ event }) => event.type === 'payout.paid');
  return [...Map.groupBy(paid, ({ event }) => event.subject)].flatMap(([assignmentId, events]) => {
    const references = new Set(events.map(({ event }) => event.data.paymentReference));
    return references.size > 1 ? [`${assignmentId} was paid as ${[...references].join(' and as ')}`] : [];
  });
}

function isLegal(from: PayoutStatus | undefined, to: PayoutStatus | undefined): boolean {
  if (to === undefined) return false;
  return from === undefined ? to === 'PENDING' : edges[from].includes(to);
}
