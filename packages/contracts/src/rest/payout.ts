import { z } from 'zod';
import { sample } from '../samples.ts';
import { Currency, Instant, Money, Uuid, Version } from '../scalars.ts';
import { requiredLine, requiredText } from '../text.ts';
import { Hold, holdExample } from './hold.ts';
import { items, page } from './page.ts';
import { requestBody } from './request-body.ts';

export const PayoutStatus = z
  .enum(['PENDING', 'AWAITING_APPROVAL', 'APPROVED', 'PAID', 'BLOCKED'])
  .meta({ id: 'PayoutStatus', description: '`PENDING` until the work is completed; `BLOCKED` while it has a hold' });
export type PayoutStatus = z.infer<typeof PayoutStatus>;

export const Approval = z
  .strictObject({ by: Uuid.describe('The person who approved'), at: Instant.describe('When') })
  .meta({ id: 'Approval', description: 'One approval' });
export type Approval = z.infer<typeof Approval>;

export const Payout = z
  .strictObject({
    id: Uuid.describe('The payout'),
    assignmentId: Uuid.describe('The assignment that it pays'),
    jobId: Uuid.describe('The job'),
    providerId: Uuid.describe('Who is paid'),
    customerId: Uuid.describe('The customer of the job'),
    amount: Money.describe('What is paid'),
    status: PayoutStatus.describe('Where it stands'),
    onHold: z.boolean().meta({ description: 'A PENDING payout that waits for a new confirmation' }),
    version: Version.describe('Rises with every change; the `ETag`'),
    approvals: z.array(Approval).describe('The approvals so far; at most `approvalsNeeded`'),
    approvalsNeeded: z.int().min(1).describe('How many people must approve'),
    holds: z.array(Hold).meta({ description: 'The current holds, oldest first; at least one if BLOCKED' }),
    blockedBecause: z.string().nullable().meta({ description: 'The reason of the newest hold' }),
    paidAt: Instant.nullable().describe('When it was paid'),
    paymentReference: z.string().nullable().describe('Reference of the payment'),
    paidTo: z
      .string()
      .nullable()
      .meta({ description: 'The last four characters of the paid account; null for a manual payment' }),
    createdAt: Instant.describe('When it was created'),
    updatedAt: Instant.describe('When it last changed'),
  })
  .meta({
    id: 'Payout',
    description: 'What a provider is owed for an assignment',
    examples: [
      {
        id: sample.payoutId,
        assignmentId: sample.assignmentId,
        jobId: sample.jobId,
        providerId: sample.providerId,
        customerId: sample.customerId,
        amount: sample.price,
        status: 'APPROVED',
        onHold: false,
        version: 3,
        approvals: [{ by: sample.financeId, at: '2026-12-02T08:15:00.000Z' }],
        approvalsNeeded: 1,
        holds: [],
        blockedBecause: null,
        paidAt: null,
        paymentReference: null,
        paidTo: null,
        createdAt: sample.changedAt,
        updatedAt: '2026-12-02T08:15:00.000Z',
      },
    ],
  });
export type Payout = z.infer<typeof Payout>;

export const PayoutPage = page('PayoutPage', Payout);
export type PayoutPage = z.infer<typeof PayoutPage>;

/** What the payouts of one currency and status come to. */
export const PayoutSum = z
  .strictObject({
    currency: Currency.describe('ISO 4217 code'),
    status: PayoutStatus.describe('Where these payouts stand'),
    count: z.int().min(1).meta({ description: 'How many payouts' }),
    amountMinor: z.int().min(1).meta({ description: 'Their sum, in minor units of the currency' }),
  })
  .meta({
    id: 'PayoutSum',
    description: 'The payouts of one currency and status',
    examples: [{ currency: 'EUR', status: 'PAID', count: 42, amountMinor: 3_000_000_000 }],
  });
export type PayoutSum = z.infer<typeof PayoutSum>;

/** One item for each currency and status that occurs. */
export const PayoutSummary = items('PayoutSummary', PayoutSum);
export type PayoutSummary = z.infer<typeof PayoutSummary>;

export const BlockBody = requestBody({ reason: requiredText(500).describe('Shown as the reason of the hold') }).meta({
  id: 'BlockBody',
  description: 'Why the payout is stopped',
  examples: [{ reason: 'The bank account is being checked' }],
});
export type BlockBody = z.infer<typeof BlockBody>;

export const UnblockBody = requestBody({
  reason: requiredText(500).describe('Recorded in the timeline'),
  holds: z.array(Uuid).min(1).optional().meta({
    description: 'The holds to lift. By default all, except MANUAL holds of other people if there are others',
  }),
}).meta({
  id: 'UnblockBody',
  description: 'Which holds to lift, and why',
  examples: [{ reason: 'The bank account is right' }, { reason: 'The leak is fixed', holds: [holdExample.id] }],
});
export type UnblockBody = z.infer<typeof UnblockBody>;

export const MarkPaidBody = requestBody({
  reference: requiredLine(200).describe('Reference of the payment, such as that of a bank transfer'),
}).meta({
  id: 'MarkPaidBody',
  description: 'A payment made outside Punctual',
  examples: [{ reference: 'SEPA 1742' }],
});
export type MarkPaidBody = z.infer<typeof MarkPaidBody>;
