import { histogram } from '@punctual/chassis';
import type { PayoutState } from '../domain/payout.ts';

/** How long a payout waited for a person's decision. */
export type Decision = { decision: 'approved' | 'blocked'; seconds: number };

/** The decision that a command makes; undefined if the payout did not wait or still waits. */
export function decisionOf({
  before,
  after,
  waitingSince,
}: {
  before: PayoutState;
  after: PayoutState;
  waitingSince: Temporal.Instant | undefined;
}): Decision | undefined {
  if (before.status !== 'AWAITING_APPROVAL' || after.status === 'AWAITING_APPROVAL' || !waitingSince) return undefined;
  const seconds = waitingSince.until(after.updatedAt).total('seconds');
  // The clock of another instance may be ahead of ours.
  return { decision: after.status === 'APPROVED' ? 'approved' : 'blocked', seconds: Math.max(0, seconds) };
}

/** Counts a decision, once it is committed. */
export function recordDecision({ decision, seconds }: Decision): void {
  histogram('punctual.payouts.decision_time').record(seconds, { decision });
}
