import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { PayoutData, payoutExample, payoutFamily } from './payout-data.ts';

export const payoutBlocked = defineEvent(payoutFamily, {
  type: 'payout.blocked',
  summary: 'The payout is stopped, and only a person lets it go on.',
  data: PayoutData.extend({ status: z.literal('BLOCKED'), blockedBecause: z.string() }),
  example: { ...payoutExample, version: 2, status: 'BLOCKED', blockedBecause: 'NO_SHOW' },
});
