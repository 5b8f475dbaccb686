import type { PayoutData } from '@punctual/contracts';
import type { AssignmentState } from './assignment.ts';

/** What an assignment shows of its payout: the status and, once approved, the last approval. */
export function projectPayout({
  status,
  approvals,
}: PayoutData): Pick<AssignmentState, 'payoutStatus' | 'payoutApprovedBy' | 'payoutApprovedAt'> {
  const approval = status === 'APPROVED' || status === 'PAID' ? approvals.at(-1) : undefined;
  return {
    payoutStatus: status,
    payoutApprovedBy: approval?.by ?? null,
    payoutApprovedAt: approval ? Temporal.Instant.from(approval.at) : null,
  };
}
