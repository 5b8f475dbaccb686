import type { MovedTransfer } from './faulty-stripe.ts';

/** A payout as the database has it, and whether one of its attempts has no end yet. */
export type BookedPayout = {
  id: string;
  status: string;
  amountMinor: number;
  reference: string | null;
  blockedBecause: string | null;
  hasOpenAttempt: boolean;
};

export type Verdict = {
  paid: number;
  blockedUnknown: number;
  blockedOther: number;
  /** More than one transfer has moved money for it. */
  paidTwice: string[];
  /**
   * Neither paid by the one transfer that it names, nor blocked for a reason that fits what has
   * moved.
   */
  lost: string[];
};

const isUnknown = ({ blockedBecause }: BookedPayout) => blockedBecause?.startsWith('unknown payment result: ') ?? false;

/** Compares each payout with what the provider's own ledger says has moved for it. */
export function judgePayments(payouts: readonly BookedPayout[], moved: readonly MovedTransfer[]): Verdict {
  const transfers = Map.groupBy(moved, ({ transfer_group }) => transfer_group);
  const of = (payout: BookedPayout) => transfers.get(payout.id) ?? [];
  const blocked = payouts.filter(({ status }) => status === 'BLOCKED');
  return {
    paid: payouts.filter(({ status }) => status === 'PAID').length,
    blockedUnknown: blocked.filter(isUnknown).length,
    blockedOther: blocked.filter((payout) => !isUnknown(payout)).length,
    paidTwice: payouts.filter((payout) => of(payout).length > 1).map(({ id }) => id),
    lost: payouts.filter((payout) => !isAccountedFor(payout, of(payout))).map(({ id }) => id),
  };
}

function isAccountedFor(payout: BookedPayout, moved: readonly MovedTransfer[]): boolean {
  const { status, reference, amountMinor, blockedBecause, hasOpenAttempt } = payout;
  if (status === 'PAID') return moved.some(({ id, amount }) => id === reference && amount === amountMinor);
  if (status !== 'BLOCKED') return false;
  // Nobody knows whether it moved: the attempt stays open, and is looked up before anything is
  // paid.
  if (isUnknown(payout)) return hasOpenAttempt;
  return blockedBecause !== null && !hasOpenAttempt && moved.length === 0;
}
