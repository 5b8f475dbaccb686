import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Money, Uuid, Version } from '../scalars.ts';
import { requiredLine, requiredText } from '../text.ts';
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
    blockedBecause: z.string().nullable(),
    paidAt: Instant.nullable(),
    paymentReference: z.string().nullable(),
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
        blockedBecause: null,
        paidAt: null,
        paymentReference: null,
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
  .strictObject({ reason: requiredText(500) })
  .meta({ id: 'UnblockBody', examples: [{ reason: 'The bank account is right' }] });
export type UnblockBody = z.infer<typeof UnblockBody>;

export const MarkPaidBody = z
  .strictObject({ reference: requiredLine(200) })
  .meta({ id: 'MarkPaidBody', examples: [{ reference: 'SEPA 2026-12-02/17' }] });
export type MarkPaidBody = z.infer<typeof MarkPaidBody>;
