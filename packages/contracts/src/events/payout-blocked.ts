import { z } from 'zod';
import { holdExample } from '../rest/hold.ts';
import { defineEvent } from './define-event.ts';
import { PayoutData, payoutExample, payoutFamily } from './payout-data.ts';

export const payoutBlocked = defineEvent(payoutFamily, {
  type: 'payout.blocked',
  summary: 'The payout has at least one hold. Also published when a hold is added, or one of several is lifted.',
  data: PayoutData.extend({ status: z.literal('BLOCKED'), blockedBecause: z.string() }),
  example: {
    ...payoutExample,
    version: 2,
    status: 'BLOCKED',
    holds: [holdExample],
    blockedBecause: holdExample.reason,
  },
});
