import type { PayoutData } from '@punctual/contracts';
import type { Assignment } from './assignment.ts';

/** What an assignment shows of its payout: the status, and once it is approved by whom, the last one where there are two. */
export function payoutCopy({
  status,
  approvals,
}: PayoutData): Pick<Assignment, 'payoutStatus' | 'payoutApprovedBy' | 'payoutApprovedAt'> {
  const approval = status === 'APPROVED' || status === 'PAID' ? approvals.at(-1) : undefined;
  return {
    payoutStatus: status,
    payoutApprovedBy: approval?.by ?? null,
    payoutApprovedAt: approval ? Temporal.Instant.from(approval.at) : null,
  };
}
