import { setTimeout as delay } from 'node:timers/promises';
import type { List } from './list.ts';

/** Payouts, read by a provider and by ops. Every tenth payout is the busy provider's. */
export const payouts: List = {
  service: 'payouts',
  roles: ['provider'],
  seed: async (database, rows, { busy, usual }) => {
    // The states that a payout reaches step by step are written at once.
    const skipped = ['guard_opening', 'keep_holds'];
    for (const trigger of skipped) await database.query(`alter table payout disable trigger ${trigger}`);
    await database.query(
      `create temporary table seeded as
        select uuidv7() as id, n, now() - n * interval '10 s' as created,
            now() - (n::bigint * 7919 % $1) * interval '5 s' as moved,
            (array['PAID', 'PENDING', 'PAID', 'AWAITING_APPROVAL', 'PAID', 'PAID', 'APPROVED', 'PAID', 'BLOCKED', 'PAID'])[n / 10 % 10 + 1]
              as status,
            case when n % 10 = 0 then $2::uuid when n <= 50 then $3::uuid else md5('p' || n / 50)::uuid end as provider_id
          from generate_series(1, $1::int) as n`,
      [rows, busy.id, usual.id],
    );
    await database.query(`
      insert into assignment_view (assignment_id, version, status) select id, 3, 'COMPLETED' from seeded`);
    await database.query(`
      insert into payout (id, assignment_id, job_id, provider_id, customer_id, amount_minor, currency, status, on_hold,
          version, approvals, approvals_needed, dispute_settled, blocked_because, paid_at, created_at, updated_at)
        select id, id, id, provider_id, md5('c' || n % 5000)::uuid, 1000 + n % 500, (array['EUR', 'CHF', 'USD'])[n % 3 + 1],
            status, false, 3, case when status in ('APPROVED', 'PAID') then approvals else '[]' end, 1, false,
            case when status = 'BLOCKED' then 'A look' end, case when status = 'PAID' then moved end, created, moved
          from seeded, lateral (select jsonb_build_array(jsonb_build_object(
            'by', provider_id, 'at', '2026-12-01T09:00:00.000Z')) as approvals) given`);
    await database.query('drop table seeded');
    for (const trigger of skipped) await database.query(`alter table payout enable trigger ${trigger}`);
    await untilAddedUp(() => database.query('select from payout_sum_change limit 1'));
  },
  paths: {
    'the newest': '/payouts',
    'the oldest, a hundred': '/payouts?sort=createdAt&limit=100',
    'those that wait': '/payouts?sort=waitingSince',
    'those that wait, and others': '/payouts?sort=waitingSince&status=AWAITING_APPROVAL,BLOCKED',
    'two statuses': '/payouts?status=APPROVED,BLOCKED',
    'the paid ones': '/payouts?status=PAID&sort=createdAt',
    'one of no assignment': '/payouts?assignmentId=01936f2a-7c10-7000-8000-000000000002',
    'the sum': '/payouts/summary',
  },
};

/** The job of the service adds the changes to the sums. */
async function untilAddedUp(changes: () => Promise<{ rowCount: number | null }>): Promise<void> {
  while ((await changes()).rowCount !== 0) await delay(500);
}
