import type { List } from './list.ts';

const minute = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * minute).toISOString();

/** Jobs of customers, read by a customer and by ops. Every tenth job is the busy one's. */
export const jobs: List = {
  service: 'scheduling',
  roles: ['customer'],
  seed: async (database, rows, { busy, usual }) => {
    await database.query(
      `insert into job (id, customer_id, title, reference, timezone, price_amount_minor, price_currency, status,
          rejection_policy, provider_queue, created_at, updated_at)
        select uuidv7(), case when n % 10 = 0 then $2::uuid when n <= 50 then $3::uuid else md5('c' || n / 50)::uuid end,
            (array['The kitchen tap drips', 'Paint the hall', 'Move a piano', 'Mow the lawn'])[n % 4 + 1] || ' ' || md5(n::text),
            case when n % 2 = 0 then 'order ' || n end, 'Europe/Berlin', 18500, 'EUR',
            (array['OPEN', 'DONE', 'DONE', 'DONE', 'CANCELLED'])[n % 5 + 1], 'REOPEN_QUOTES', '{}',
            now() - n * interval '10 s', now() - (n::bigint * 7919 % $1) * interval '5 s'
          from generate_series(1, $1::int) as n`,
      [rows, busy.id, usual.id],
    );
  },
  paths: {
    'the newest': '/jobs',
    'open ones': '/jobs?status=OPEN',
    'the oldest, a hundred': '/jobs?sort=createdAt&limit=100',
    'changed last': '/jobs?sort=-updatedAt&status=OPEN,DONE',
    'changed lately': `/jobs?updatedSince=${ago(10)}`,
    'changed lately, in this order': `/jobs?updatedSince=${ago(10)}&sort=updatedAt`,
    'a word that many have': '/jobs?q=kitchen',
    'a word that few have': '/jobs?q=c4ca42',
    'a word that none has': '/jobs?q=dishwasher',
  },
};
