import { formatInstant } from '@punctual/chassis';
import type { Queryable, Statement } from '@punctual/chassis/postgres';
import { z } from 'zod';
import type { Attempt, AttemptResult } from '../domain/attempt.ts';
import { Amount } from '../domain/money.ts';

const ResultRow = z
  .object({
    outcome: z.enum(['PAID', 'REFUSED', 'ABSENT', 'REVERSED']),
    reference: z.string().nullable(),
    code: z.string().nullable(),
    at: z.string().transform((text) => Temporal.Instant.from(text)),
  })
  .array();

export type AttemptColumns = {
  id: string;
  payout_id: string;
  number: number;
  account: string;
  account_version: number | null;
  amount_minor: string;
  currency: string;
  started_at: string;
  results: unknown;
};

const select = `
  select a.*, coalesce((
    select json_agg(json_build_object('outcome', r.outcome, 'reference', r.reference, 'code', r.code, 'at', r.at) order by r.at)
      from payment_result r where r.attempt_id = a.id), '[]') as results
    from payment_attempt a`;

/** All attempts to pay the payouts that meet a condition on `payout_id`. */
export function selectAttempts([condition, parameters]: Statement): Statement {
  return [`${select} where payout_id ${condition} order by number`, parameters];
}

/** All attempts to pay a payout, oldest first. */
export async function readAttempts(database: Queryable, payoutId: string): Promise<Attempt[]> {
  return toAttempts(await database.query<AttemptColumns>(...selectAttempts(['= ?', [payoutId]])));
}

/** Those of the attempts that exist. */
export async function readAttemptsById(database: Queryable, ids: readonly string[]): Promise<Attempt[]> {
  return toAttempts(await database.query<AttemptColumns>(`${select} where id = any(?::uuid[])`, [ids]));
}

/** The attempts that began from `since` until before `until`, oldest first, read in pages. */
export async function* readAttemptsBetween(
  database: Queryable,
  since: Temporal.Instant,
  until: Temporal.Instant,
): AsyncIterable<Attempt> {
  let after = { at: formatInstant(since), id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const rows = await database.query<AttemptColumns>(
      `${select} where (started_at, id) > (?, ?) and started_at < ? order by started_at, id limit 500`,
      [after.at, after.id, formatInstant(until)],
    );
    const attempts = toAttempts(rows);
    yield* attempts;
    const last = attempts.at(-1);
    if (!last) return;
    after = { at: formatInstant(last.startedAt), id: last.id };
  }
}

/** The database refuses an attempt while another one of the payout is open or has paid. */
export function insertAttempt(attempt: Attempt): Statement {
  const { id, payoutId, number, account, accountVersion, amount, startedAt } = attempt;
  return [
    `insert into payment_attempt (id, payout_id, number, account, account_version, amount_minor, currency, started_at)
      values (?, ?, ?, ?, ?, ?, ?, ?)`,
    [id, payoutId, number, account, accountVersion, amount.amountMinor, amount.currency, formatInstant(startedAt)],
  ];
}

/** Adds a result to an attempt. An outcome that it already has stays as it is. */
export function addResult(attemptId: string, { outcome, reference, code, at }: AttemptResult): Statement {
  return [
    `insert into payment_result (attempt_id, outcome, reference, code, at) values (?, ?, ?, ?, ?) on conflict do nothing`,
    [attemptId, outcome, reference, code, formatInstant(at)],
  ];
}

export function toAttempts(rows: readonly AttemptColumns[]): Attempt[] {
  return rows.map(toAttempt);
}

function toAttempt(row: AttemptColumns): Attempt {
  return {
    id: row.id,
    payoutId: row.payout_id,
    number: row.number,
    account: row.account,
    accountVersion: row.account_version,
    amount: Amount.parse({ amountMinor: Number(row.amount_minor), currency: row.currency }),
    startedAt: Temporal.Instant.from(row.started_at),
    results: ResultRow.parse(row.results),
  };
}
