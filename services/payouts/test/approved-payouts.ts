const finance = '01936f2a-7c10-7000-8000-00000000f001';
/** One id serves for the payout, its assignment, job and provider. */
const id = "('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid";

/**
 * Inserts approved payouts with accounts, as the events would have made them. The last digits of
 * an id count the payouts from `after` + 1. The longest waiting comes first.
 */
export async function seedApproved(
  database: { query(sql: string): Promise<unknown> },
  count: number,
  after = 0,
): Promise<void> {
  const each = `from generate_series(${after + 1}, ${after + count}) n`;
  await database.query(`
    insert into assignment_view (assignment_id, version, status, amount_minor, currency)
      select ${id}, 3, 'COMPLETED', 100 + n, 'EUR' ${each}`);
  await database.query(`
    insert into payout_account (provider_id, account, version, updated_by, updated_at)
      select ${id}, 'acct_' || lpad(n::text, 12, '0'), 1, '${finance}', now() ${each}`);
  await database.query(`
    insert into payout (id, assignment_id, job_id, provider_id, customer_id, amount_minor, currency, status, on_hold, version,
        approvals, approvals_needed, dispute_settled, created_at, updated_at)
      select ${id}, ${id}, ${id}, ${id}, gen_random_uuid(), 100 + n, 'EUR', 'AWAITING_APPROVAL', false, 2, '[]', 1, false,
        now(), now() + n * interval '1 ms' ${each}`);
  await database.query(`
    update payout set status = 'APPROVED', version = 3,
      approvals = '[{"by": "${finance}", "at": "2026-11-20T08:00:00.000Z"}]' where status = 'AWAITING_APPROVAL'`);
}
