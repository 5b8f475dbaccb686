import { createHash } from 'node:crypto';
import type { List } from './list.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** The id of a seeded row, as PostgreSQL makes it of the same text. */
const idOf = (text: string) =>
  createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
const ids = Array.from({ length: 20 }, (_, index) => idOf(`visit ${10 * (index + 1)}`)).join();

const sorts = ['createdAt', '-createdAt', 'start', '-start', 'updatedAt', '-updatedAt'];
/** One of each key: enough to see a filter in an order that is not its own. */
const someSorts = ['-createdAt', 'start', '-updatedAt'];

const filters: Readonly<Record<string, string>> = {
  all: '',
  'one status': 'status=CONFIRMED',
  'two statuses': 'status=PROPOSED,CONFIRMED',
  // The newest visit is three days from now.
  'some hours': `from=${inMs(3 * day - 200 * minute)}&to=${inMs(3 * day - 100 * minute)}`,
  'from now': `from=${inMs(0)}`,
  'changed lately': `updatedSince=${inMs(-10 * minute)}`,
  'one job': `jobId=${idOf('job 10')}`,
  'one customer': `customerId=${idOf('c 1')}`,
  'twenty ids': `ids=${ids}`,
};

/**
 * Assignments of all states, one every ten seconds. A tenth is of the busy one as the customer,
 * another tenth as the provider.
 */
export const assignments: List = {
  service: 'scheduling',
  roles: ['customer', 'provider'],
  seed: async (database, rows, { busy, usual }) => {
    const people = [rows, busy.id, usual.id];
    const each = `(
      select n, md5('visit ' || n)::uuid as id, md5('job ' || n)::uuid as job_id,
          case when n % 10 = 0 then $2::uuid when n <= 50 then $3::uuid else md5('c ' || n / 50)::uuid end as customer_id,
          case when n % 10 = 5 then $2::uuid else md5('p ' || n % 10000)::uuid end as provider_id,
          (array['UNSCHEDULED', 'PROPOSED', 'CONFIRMED', 'COMPLETED', 'DECLINED', 'CANCELLED'])[1 + n / 10 % 6] as status,
          date_trunc('milliseconds', now() - n * interval '10 s') as made
        from generate_series(1, $1::int) as n) as each`;
    await database.query(
      `insert into job (id, customer_id, title, timezone, price_amount_minor, price_currency, status, rejection_policy,
          provider_queue, created_at, updated_at)
        select job_id, customer_id, 'Visit', 'Europe/Berlin', 18500, 'EUR', 'DONE', 'REOPEN_QUOTES', '{}', made, made
          from ${each}`,
      people,
    );
    await database.query(
      `insert into assignment (id, job_id, customer_id, provider_id, status, scheduled_start, scheduled_end, timezone,
          schedule_version, proposal_expires_at, confirmed_at, reminder_status, price_amount_minor, price_currency,
          created_at, updated_at)
        select id, job_id, customer_id, provider_id, status, visit, visit + interval '5 minutes', 'Europe/Berlin', 1,
            case when status = 'PROPOSED' then now() + interval '1 year' end,
            case when status = 'CONFIRMED' then made end, 'NONE', 18500, 'EUR', made,
            now() - (n::bigint * 7919 % $1) * interval '5 s'
          from (select *, case when status not in ('UNSCHEDULED', 'DECLINED') then made + interval '3 days' end as visit
            from ${each}) as seeded`,
      people,
    );
  },
  paths: Object.fromEntries(
    Object.entries(filters).flatMap(([name, filter]) =>
      (filter ? someSorts : sorts).map((sort) => [
        `${name}, by ${sort}`,
        `/assignments?${filter && `${filter}&`}sort=${sort}`,
      ]),
    ),
  ),
};
