import { z } from 'zod';
import { holdExample } from '../rest/hold.ts';
import { defineEvent } from './define-event.ts';
import { PayoutData, payoutExample, payoutFamily } from './payout-data.ts';

export const payoutBlocked = defineEvent(payoutFamily, {
  type: 'payout.blocked',
  summary: 'The payout is stopped by at least one hold; also a further hold, or the lifting of one of several.',
  data: PayoutData.extend({ status: z.literal('BLOCKED'), blockedBecause: z.string() }),
  example: {
    ...payoutExample,
    version: 2,
    status: 'BLOCKED',
    holds: [holdExample],
    blockedBecause: holdExample.reason,
  },
});
