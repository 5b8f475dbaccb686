import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { PayoutData, payoutExample, payoutFamily } from './payout-data.ts';

export const payoutPending = defineEvent(payoutFamily, {
  type: 'payout.pending',
  summary: 'A window is confirmed, so there will be a payout; also its hold, and the release of one.',
  data: PayoutData.extend({ status: z.literal('PENDING') }),
  example: payoutExample,
});
