import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Approval, PayoutStatus } from '@punctual/contracts';
import { z } from 'zod';
import { Amount } from '../domain/money.ts';
import type { Payout } from '../domain/payout.ts';

export const PayoutRow = defineEntity({
  name: 'Payout',
  tableName: 'payout',
  properties: {
    id: p.uuid().primary(),
    assignmentId: p.uuid().unique(),
    jobId: p.uuid(),
    providerId: p.uuid(),
    customerId: p.uuid(),
    amountMinor: p.bigint('number'),
    currency: p.string().length(3),
    status: p.enum(PayoutStatus.options),
    onHold: p.boolean(),
    version: p.integer(),
    approvals: p.json<unknown>(),
    approvalsNeeded: p.smallint().$type<1 | 2>(),
    blockedBecause: p.text().strictNullable(),
    disputeSettled: p.boolean(),
    paidAt: p.datetime(3).strictNullable(),
    paymentReference: p.text().strictNullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});
export type PayoutRow = InferEntity<typeof PayoutRow>;

export function fromRow({ amountMinor, currency, approvals, ...same }: PayoutRow): Payout {
  return { ...same, amount: Amount.parse({ amountMinor, currency }), approvals: z.array(Approval).parse(approvals) };
}

export function toRow({ amount, ...same }: Payout): PayoutRow {
  return { ...same, ...amount };
}
