import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { approvalExample, PayoutData, payoutExample, payoutFamily } from './payout-data.ts';

export const payoutPaid = defineEvent(payoutFamily, {
  type: 'payout.paid',
  summary: 'The money is paid. This is final.',
  data: PayoutData.extend({ status: z.literal('PAID') }),
  example: {
    ...payoutExample,
    version: 4,
    status: 'PAID',
    approvals: [approvalExample],
    paymentReference: 'SEPA 2026-12-02/17',
  },
});
