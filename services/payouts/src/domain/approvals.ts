import { move, type PayoutState } from './payout.ts';

/** What is left when approvals are taken back. */
export const noApprovals = { approvals: [], accountVersion: null } as const satisfies Partial<PayoutState>;

/**
 * Whether approvals were given for another version of the provider's account than the current one.
 */
export function areOutdated({ approvals, accountVersion }: PayoutState, current: number): boolean {
  return approvals.length > 0 && accountVersion !== null && accountVersion !== current;
}

/** Takes all approvals back: a payout that nothing else stops waits for its approval again. */
export function takeBackApprovals(payout: PayoutState, now: Temporal.Instant): PayoutState {
  const to = payout.status === 'BLOCKED' ? 'BLOCKED' : 'AWAITING_APPROVAL';
  return move(payout, 'account', to, noApprovals, now);
}
