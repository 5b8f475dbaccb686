import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Money, Uuid, Version } from '../scalars.ts';
import { requiredLine, requiredText } from '../text.ts';
import { Hold, holdExample } from './hold.ts';
import { page } from './page.ts';

export const PayoutStatus = z
  .enum(['PENDING', 'AWAITING_APPROVAL', 'APPROVED', 'PAID', 'BLOCKED'])
  .meta({ id: 'PayoutStatus' });
export type PayoutStatus = z.infer<typeof PayoutStatus>;

export const Approval = z.strictObject({ by: Uuid, at: Instant }).meta({ id: 'Approval' });
export type Approval = z.infer<typeof Approval>;

export const Payout = z
  .strictObject({
    id: Uuid,
    assignmentId: Uuid,
    jobId: Uuid,
    providerId: Uuid,
    customerId: Uuid,
    amount: Money,
    status: PayoutStatus,
    onHold: z.boolean().meta({ description: 'A PENDING one that waits for a new confirmation' }),
    version: Version,
    approvals: z.array(Approval),
    approvalsNeeded: z.int().min(1),
    holds: z.array(Hold).meta({ description: 'What stops it now, oldest first; BLOCKED means at least one' }),
    blockedBecause: z.string().nullable().meta({ description: 'The reason of the newest hold' }),
    paidAt: Instant.nullable(),
    paymentReference: z.string().nullable(),
    paidTo: z
      .string()
      .nullable()
      .meta({ description: 'The account that was paid, its last four characters; null when a person paid by hand' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({
    id: 'Payout',
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

export const BlockBody = z
  .strictObject({ reason: requiredText(500) })
  .meta({ id: 'BlockBody', examples: [{ reason: 'The bank account is being checked' }] });
export type BlockBody = z.infer<typeof BlockBody>;

export const UnblockBody = z
  .strictObject({
    reason: requiredText(500),
    holds: z
      .array(Uuid)
      .min(1)
      .optional()
      .meta({ description: "The holds to lift. Left out: all, save other people's MANUAL holds beside others" }),
  })
  .meta({
    id: 'UnblockBody',
    examples: [{ reason: 'The bank account is right' }, { reason: 'The leak is fixed', holds: [holdExample.id] }],
  });
export type UnblockBody = z.infer<typeof UnblockBody>;

export const MarkPaidBody = z
  .strictObject({ reference: requiredLine(200) })
  .meta({ id: 'MarkPaidBody', examples: [{ reference: 'SEPA 2026-12-02/17' }] });
export type MarkPaidBody = z.infer<typeof MarkPaidBody>;
