import { formatInstant } from '@punctual/chassis';
import { json, type Statement } from '@punctual/chassis/postgres';
import { Approval, type HoldKind, type PayoutStatus } from '@punctual/contracts';
import { z } from 'zod';
import { type HoldState, inOrder, newestReason, openHolds } from '../domain/holds.ts';
import { Amount } from '../domain/money.ts';
import type { PayoutState } from '../domain/payout.ts';

/** A row of {@link payoutColumns}. */
export type PayoutColumns = {
  id: string;
  assignment_id: string;
  job_id: string;
  provider_id: string;
  customer_id: string;
  amount_minor: string;
  currency: string;
  job_title: string | null;
  status: PayoutStatus;
  on_hold: boolean;
  version: number;
  approvals: unknown;
  approvals_needed: 1 | 2;
  account_version: number | null;
  paid_at: string | null;
  payment_reference: string | null;
  paid_to: string | null;
  created_at: string;
  updated_at: string;
};

export type HoldColumns = {
  payout_id: string;
  id: string;
  kind: HoldKind;
  reason: string;
  by: string | null;
  at: string;
  lifted_by: string | null;
  lifted_at: string | null;
};

export const payoutColumns = `id, assignment_id, job_id, provider_id, customer_id, amount_minor, currency, job_title, status,
  on_hold, version, approvals, approvals_needed, account_version, paid_at, payment_reference, paid_to, created_at, updated_at`;

/**
 * The holds of a payout as a column of the same statement, so that both are of the same moment. See
 * {@link toListed}.
 */
export const holdsOfPayout = `(
  select coalesce(json_agg(h), '[]') from payout_hold h where h.payout_id = payout.id) as holds`;

/** A condition on payouts, with its parameters. */
export type PayoutCondition = Statement;

/** The payouts that meet a condition; a lock may follow. */
export function selectPayouts([condition, parameters]: PayoutCondition): Statement {
  return [`select ${payoutColumns} from payout where ${condition}`, parameters];
}

/**
 * All holds of the payouts that meet a condition, lifted ones too. The lock makes an erasure wait:
 * copies that the transaction makes of their reasons are then erased with them.
 */
export function selectHolds([condition, parameters]: PayoutCondition): Statement {
  return [
    `select * from payout_hold where payout_id in (select id from payout where ${condition}) for share`,
    parameters,
  ];
}

/** Puts payouts together with their holds. */
export function toPayouts(rows: readonly PayoutColumns[], holdRows: readonly HoldColumns[]): PayoutState[] {
  const holds = Map.groupBy(holdRows, ({ payout_id }) => payout_id);
  return rows.map((row) => toPayout(row, inOrder((holds.get(row.id) ?? []).map(toHold))));
}

/** Payouts from rows that have their holds, {@link holdsOfPayout}. */
export function toListed(rows: readonly (PayoutColumns & { holds: HoldColumns[] })[]): PayoutState[] {
  return toPayouts(
    rows,
    rows.flatMap(({ holds }) => holds),
  );
}

function toPayout(row: PayoutColumns, holds: readonly HoldState[]): PayoutState {
  return {
    id: row.id,
    assignmentId: row.assignment_id,
    jobId: row.job_id,
    providerId: row.provider_id,
    customerId: row.customer_id,
    amount: Amount.parse({ amountMinor: Number(row.amount_minor), currency: row.currency }),
    jobTitle: row.job_title,
    status: row.status,
    onHold: row.on_hold,
    version: row.version,
    approvals: z.array(Approval).parse(row.approvals),
    approvalsNeeded: row.approvals_needed,
    accountVersion: row.account_version,
    holds,
    paidAt: row.paid_at === null ? null : Temporal.Instant.from(row.paid_at),
    paymentReference: row.payment_reference,
    paidTo: row.paid_to,
    createdAt: Temporal.Instant.from(row.created_at),
    updatedAt: Temporal.Instant.from(row.updated_at),
  };
}

function toHold({ id, kind, reason, by, at, lifted_by: liftedBy, lifted_at }: HoldColumns): HoldState {
  return { id, kind, reason, by, at: toText(at), liftedBy, liftedAt: lifted_at && toText(lifted_at) };
}

function toText(time: string): string {
  return formatInstant(Temporal.Instant.from(time));
}

/** `blocked_because` and `dispute_settled` repeat the holds for instances of the previous release. */
export function toRow({ amount, approvals, holds, ...same }: PayoutState) {
  const disputes = holds.filter(({ kind }) => kind === 'DISPUTE');
  const disputeSettled = disputes.length > 0 && openHolds(disputes).length === 0;
  return { ...same, ...amount, approvals: json(approvals), blockedBecause: newestReason(holds), disputeSettled };
}
