import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { approvalExample, PayoutData, payoutExample, payoutFamily } from './payout-data.ts';

export const payoutApproved = defineEvent(payoutFamily, {
  type: 'payout.approved',
  summary: 'The payout has all approvals and can be paid.',
  data: PayoutData.extend({ status: z.literal('APPROVED') }),
  example: { ...payoutExample, version: 3, status: 'APPROVED', approvals: [approvalExample] },
});
