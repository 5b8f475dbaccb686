import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { approvalExample, PayoutData, payoutExample } from './payout-data.ts';

export const payoutPaid = defineEvent({
  type: 'payout.paid',
  summary: 'The money is paid. This is final.',
  source: '/payouts',
  stream: 'PAYOUT',
  data: PayoutData.extend({ status: z.literal('PAID') }),
  example: {
    ...payoutExample,
    version: 4,
    status: 'PAID',
    approvals: [approvalExample],
    paymentReference: 'SEPA 2026-12-02/17',
  },
  exampleSequence: 4,
});
