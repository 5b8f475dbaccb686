import type { Client } from 'pg';
import type { SqlService } from './migrations.ts';

/**
 * Fills the tables of 1.0.0 that grow with the business, each with so many rows: ids are the md5 of
 * `job 1`, `visit 1` and so on. A tenth of the visits were released by their first provider.
 */
export const fill: Record<SqlService, (database: Client, rows: number) => Promise<void>> = {
  scheduling: async (database, rows) => {
    const each = `(select n, md5('job ' || n)::uuid as job_id, md5('visit ' || n)::uuid as id, md5('c ' || n / 50)::uuid as customer_id,
        md5('p ' || n % 10000)::uuid as provider_id, now() - n * interval '10 s' as made,
        case n % 10 when 1 then 'CONFIRMED' when 2 then 'PROPOSED' else 'COMPLETED' end as status
      from generate_series(1, $1::int) as n) as each`;
    await database.query(
      `insert into job (id, customer_id, title, timezone, price_amount_minor, price_currency, status, rejection_policy,
          provider_queue, current_assignment_id, created_at, updated_at)
        select job_id, customer_id, 'Visit ' || n, 'Europe/Berlin', 18500, 'EUR', 'ASSIGNED', 'INVITE_NEXT', '{}', id, made, made
          from ${each}`,
      [rows],
    );
    const columns = `id, job_id, customer_id, provider_id, status, scheduled_start, scheduled_end, timezone, schedule_version,
      proposal_expires_at, confirmed_at, rejected_at, reminder_status, price_amount_minor, price_currency, created_at, updated_at`;
    await database.query(
      `insert into assignment (${columns})
        select id, job_id, customer_id, provider_id, status, made, made + interval '5 minutes', 'Europe/Berlin', 1,
            case when status = 'PROPOSED' then now() + interval '1 year' end, case when status = 'CONFIRMED' then made end,
            null, 'NONE', 18500, 'EUR', made, made
          from ${each}`,
      [rows],
    );
    await database.query(
      `insert into assignment (${columns})
        select md5('released ' || n)::uuid, job_id, customer_id, md5('q ' || n)::uuid, 'DECLINED', null, null, 'Europe/Berlin', 1,
            null, null, made, 'NONE', 18500, 'EUR', made - interval '1 hour', made
          from ${each} where n % 10 = 0`,
      [rows],
    );
    await database.query(
      `insert into assignment_timeline (assignment_id, version, type, actor, source, before, after, at)
        select id, 1, 'schedule.proposed', '{"role": "customer"}', 'API', '{}', '{"status": "PROPOSED"}', made from ${each}`,
      [rows],
    );
  },
  payouts: async (database, rows) => {
    const each = `(select n, md5('payout ' || n)::uuid as id, md5('visit ' || n)::uuid as assignment_id, md5('job ' || n)::uuid as job_id,
        md5('c ' || n / 50)::uuid as customer_id, md5('p ' || n % 10000)::uuid as provider_id, now() - n * interval '10 s' as made,
        (array['PENDING', 'AWAITING_APPROVAL', 'APPROVED', 'PAID'])[1 + n % 4] as status
      from generate_series(1, $1::int) as n) as each`;
    await database.query(
      `insert into assignment_view (assignment_id, version, status, amount_minor, currency, customer_id, provider_id)
        select assignment_id, 1, 'COMPLETED', 18500, 'EUR', customer_id, provider_id from ${each}`,
      [rows],
    );
    // A payout reaches these states step by step; here they are written at once.
    await database.query('alter table payout disable trigger guard_opening');
    await database.query(
      `insert into payout (id, assignment_id, job_id, provider_id, customer_id, amount_minor, currency, status, on_hold,
          version, approvals, approvals_needed, dispute_settled, paid_at, payment_reference, created_at, updated_at)
        select id, assignment_id, job_id, provider_id, customer_id, 1000 + n, 'EUR', status, false, 1,
            case when status in ('APPROVED', 'PAID') then jsonb_build_array(jsonb_build_object('by', customer_id, 'at', made))
              else '[]' end,
            1, false, case when status = 'PAID' then made end, case when status = 'PAID' then 'SEPA ' || n end, made, made
          from ${each}`,
      [rows],
    );
    await database.query('alter table payout enable trigger guard_opening');
    await database.query(
      `insert into payout_timeline (payout_id, version, type, actor, source, before, after, at)
        select id, 1, 'payout.changed', '{"role": "system"}', 'EVENT', '{}', jsonb_build_object('status', status), made - interval '1 minute'
          from ${each}`,
      [rows],
    );
  },
};
