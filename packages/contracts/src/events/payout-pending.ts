import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { PayoutData, payoutExample, payoutFamily } from './payout-data.ts';

export const payoutPending = defineEvent(payoutFamily, {
  type: 'payout.pending',
  summary: 'A window is confirmed, so a payout is opened. Also published when the payout is put on hold or released.',
  data: PayoutData.extend({ status: z.literal('PENDING') }),
  example: payoutExample,
});
