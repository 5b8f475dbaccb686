import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { PayoutData, payoutExample, payoutFamily } from './payout-data.ts';

export const payoutAwaitingApproval = defineEvent(payoutFamily, {
  type: 'payout.awaiting_approval',
  summary:
    'The work is done and a person must approve. Also published for the first of two approvals, and when approvals are withdrawn.',
  data: PayoutData.extend({ status: z.literal('AWAITING_APPROVAL') }),
  example: { ...payoutExample, version: 2, status: 'AWAITING_APPROVAL' },
});
