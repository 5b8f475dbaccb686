import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Database,
  idempotencyTable,
  inboxReceived,
  inboxTable,
  openDatabase,
  outboxStreamSequence,
  outboxTable,
  parsePostgresUrl,
  purgeDelivered,
  purgeResponses,
} from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let database: Database;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  database = await openDatabase({
    url: parsePostgresUrl(environment.databaseUrl),
    poolSize: 4,
    migrations: [],
    lifecycle,
  });
  for (const statement of [
    ...outboxTable,
    ...outboxStreamSequence,
    ...inboxTable,
    ...inboxReceived,
    ...idempotencyTable,
  ])
    await database.query(statement);
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

test('purgeDelivered deletes events delivered over a week ago, and no others', async () => {
  await database.query(`
    insert into outbox (id, aggregate_id, aggregate_version, type, payload, created_at, published_at)
    select uuidv7(-age), gen_random_uuid(), 1, kind, '{}', now() - age, case when kind <> 'waiting' then now() end
    from (values ('old', interval '8 days', 2500), ('recent', interval '6 days', 3), ('waiting', interval '9 days', 2))
      as rows (kind, age, amount), generate_series(1, amount)`);
  await database.query(`
    insert into inbox select 'payouts-schedule', gen_random_uuid(), now() - make_interval(days => days)
    from generate_series(1, 10) as days`);

  await purgeDelivered(database, new AbortController().signal);

  const left = await database.query('select type, count(*)::int as n from outbox group by type order by type');
  expect(left).toEqual([
    { type: 'recent', n: 3 },
    { type: 'waiting', n: 2 },
  ]);
  expect(await database.query('select count(*)::int as n from inbox')).toEqual([{ n: 6 }]);
});

test('purgeDelivered finds old rows without reading the rest of a reused table', async () => {
  await database.query('truncate outbox, inbox');
  for (let day = 16; day > 0; day -= 1) {
    const moment = `now() - interval '${day} days' + n * interval '80 seconds'`;
    await database.query(`
      insert into outbox (id, aggregate_id, aggregate_version, type, payload, created_at, published_at)
      select uuidv7(${moment} - now()), gen_random_uuid(), 1, 'schedule.proposed', repeat('x', 500), ${moment}, now()
      from generate_series(1, 1000) as n`);
    await database.query(`
      insert into inbox select 'payouts-schedule', gen_random_uuid(), ${moment} from generate_series(1, 1000) as n`);
    await database.query(`delete from outbox where created_at < now() - interval '${day + 6} days'`);
    await database.query(`delete from inbox where received_at < now() - interval '${day + 6} days'`);
    for (const table of ['outbox', 'inbox']) await database.query(`vacuum analyze ${table}`);
  }
  const blocksRead = async () => {
    await database.query('select pg_stat_force_next_flush()');
    const [row] = await database.query<{ blocks: number }>(
      `select sum(heap_blks_read + heap_blks_hit)::int as blocks from pg_statio_user_tables where relname in ('outbox', 'inbox')`,
    );
    return row?.blocks ?? 0;
  };
  const before = await blocksRead();

  await purgeDelivered(database, new AbortController().signal);

  expect((await blocksRead()) - before).toBeLessThan(100);
});

test('purgeDelivered deletes only old events also from an outbox with partitions', async () => {
  await database.query('alter table outbox rename to whole');
  await database.query(`create table outbox (like whole including defaults, primary key (id)) partition by range (id)`);
  const [row] = await database.query<{ id: string }>(`select uuidv7(interval '-7.5 days') as id`);
  await database.query(`create table earlier partition of outbox for values from (minvalue) to ('${row?.id}')`);
  await database.query(`create table later partition of outbox for values from ('${row?.id}') to (maxvalue)`);
  // Rows at the same positions of both partitions.
  await database.query(`
    insert into outbox (id, position, aggregate_id, aggregate_version, type, payload, created_at, published_at)
    select uuidv7(-age), n, gen_random_uuid(), 1, kind, '{}', now() - age, case when kind <> 'waiting' then now() end
    from (values ('old', interval '8 days'), ('recent', interval '6 days'), ('waiting', interval '5 days'))
      as rows (kind, age), generate_series(1, 1500) as n order by n, kind`);

  await purgeDelivered(database, new AbortController().signal);

  const left = await database.query('select type, count(*)::int as n from outbox group by type order by type');
  expect(left).toEqual([
    { type: 'recent', n: 1_500 },
    { type: 'waiting', n: 1_500 },
  ]);
});

test('purgeResponses deletes responses after two days, and no others', async () => {
  await database.query(`
    insert into idempotency_key (caller_id, key, fingerprint, answer, created_at)
    select gen_random_uuid(), 'key', hours, '{}', now() - make_interval(hours => hours)
    from (values (47, 3), (49, 2500)) as rows (hours, amount), generate_series(1, amount)`);

  await purgeResponses(database, Temporal.Now.instant(), new AbortController().signal);

  const left = await database.query('select fingerprint, count(*)::int as n from idempotency_key group by fingerprint');
  expect(left).toEqual([{ fingerprint: '47', n: 3 }]);
});
