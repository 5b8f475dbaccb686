import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import type { Attempt, Result } from '../domain/attempt.ts';
import { Amount } from '../domain/money.ts';

const ResultRow = z
  .object({
    outcome: z.enum(['PAID', 'REFUSED', 'ABSENT', 'REVERSED']),
    reference: z.string().nullable(),
    code: z.string().nullable(),
    at: z.coerce.date(),
  })
  .array();

type AttemptRow = {
  id: string;
  payout_id: string;
  number: number;
  account: string;
  account_version: number | null;
  amount_minor: string;
  currency: string;
  started_at: Date | string;
  results: unknown;
};

const select = `
  select a.*, coalesce((
    select json_agg(json_build_object('outcome', r.outcome, 'reference', r.reference, 'code', r.code, 'at', r.at) order by r.at)
      from payment_result r where r.attempt_id = a.id), '[]') as results
    from payment_attempt a`;

/** All attempts to pay a payout, the first one first. */
export async function readAttempts(em: EntityManager, payoutId: string): Promise<Attempt[]> {
  const rows = await em.execute<AttemptRow[]>(`${select} where payout_id = ? order by number`, [payoutId]);
  return rows.map(toAttempt);
}

export async function findAttempt(em: EntityManager, id: string): Promise<Attempt | undefined> {
  const [row] = await em.execute<AttemptRow[]>(`${select} where id = ?`, [id]);
  return row && toAttempt(row);
}

/** Those of the attempts that there are. */
export async function readAttemptsById(em: EntityManager, ids: readonly string[]): Promise<Attempt[]> {
  const rows = await em.execute<AttemptRow[]>(`${select} where id = any(?::uuid[])`, [`{${ids.join()}}`]);
  return rows.map(toAttempt);
}

/** The attempts that began from `since` until before `until`, the first one first, a page at a time. */
export async function* readAttemptsBetween(em: EntityManager, since: Date, until: Date): AsyncIterable<Attempt> {
  let after = { at: since.toISOString(), id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const rows = await em.execute<AttemptRow[]>(
      `${select} where (started_at, id) > (?, ?) and started_at < ? order by started_at, id limit 500`,
      [after.at, after.id, until.toISOString()],
    );
    const attempts = rows.map(toAttempt);
    yield* attempts;
    const last = attempts.at(-1);
    if (!last) return;
    after = { at: last.startedAt.toISOString(), id: last.id };
  }
}

/** Writes an attempt down; the database refuses it while another one of the payout is open or has paid. */
export async function insertAttempt(em: EntityManager, attempt: Attempt): Promise<void> {
  const { id, payoutId, number, account, accountVersion, amount, startedAt } = attempt;
  await em.execute(
    `insert into payment_attempt (id, payout_id, number, account, account_version, amount_minor, currency, started_at)
      values (?, ?, ?, ?, ?, ?, ?, ?)`,
    [id, payoutId, number, account, accountVersion, amount.amountMinor, amount.currency, startedAt.toISOString()],
  );
}

/** Writes down what became of an attempt; what is known already stays as it is. */
export async function addResult(em: EntityManager, attemptId: string, result: Result): Promise<void> {
  await em.execute(
    `insert into payment_result (attempt_id, outcome, reference, code, at) values (?, ?, ?, ?, ?) on conflict do nothing`,
    [attemptId, result.outcome, result.reference, result.code, result.at.toISOString()],
  );
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    payoutId: row.payout_id,
    number: row.number,
    account: row.account,
    accountVersion: row.account_version,
    amount: Amount.parse({ amountMinor: Number(row.amount_minor), currency: row.currency }),
    startedAt: new Date(row.started_at),
    results: ResultRow.parse(row.results),
  };
}
