import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { Approval, PayoutStatus } from '@punctual/contracts';
import { z } from 'zod';
import { type Hold, newestReason, openHolds } from '../domain/holds.ts';
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
    accountVersion: p.integer().strictNullable(),
    blockedBecause: p.text().strictNullable(),
    disputeSettled: p.boolean(),
    paidAt: p.datetime(3).strictNullable(),
    paymentReference: p.text().strictNullable(),
    paidTo: p.text().strictNullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});
export type PayoutRow = InferEntity<typeof PayoutRow>;

/** @param holds all of the payout, lifted ones too */
export function fromRow(row: PayoutRow, holds: readonly Hold[]): Payout {
  const { amountMinor, currency, approvals, blockedBecause: _reason, disputeSettled: _settled, ...same } = row;
  const amount = Amount.parse({ amountMinor, currency });
  return { ...same, amount, approvals: z.array(Approval).parse(approvals), holds };
}

/** `blocked_because` and `dispute_settled` repeat the holds, for instances of the previous release. */
export function toRow({ amount, holds, ...same }: Payout): PayoutRow {
  const disputes = holds.filter(({ kind }) => kind === 'DISPUTE');
  const disputeSettled = disputes.length > 0 && openHolds(disputes).length === 0;
  return { ...same, ...amount, blockedBecause: newestReason(holds), disputeSettled };
}
