import { defineEntity, p } from '@mikro-orm/core';
import { type TestEnvironment, testEnvironment } from '@punctual/devstack';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inboxTable, outboxStreamSequence, outboxTable } from '../src/index.ts';
import { type Database, forgetDelivered, openDatabase } from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

/** The mapper wants an entity; the tables here are made without one. */
const Nothing = defineEntity({ name: 'Nothing', properties: { id: p.integer().primary() } });
const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let database: Database;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  database = await openDatabase({
    url: environment.databaseUrl,
    poolSize: 4,
    entities: [Nothing],
    migrations: [],
    lifecycle,
  });
  for (const statement of [...outboxTable, ...outboxStreamSequence, ...inboxTable])
    await database.fork().execute(statement);
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

test('what was delivered a week ago goes, what was not stays, however much there is', async () => {
  const em = database.fork();
  await em.execute(`
    insert into outbox (id, aggregate_id, aggregate_version, type, payload, created_at, published_at)
    select gen_random_uuid(), gen_random_uuid(), 1, kind, '{}', now() - age, case when kind <> 'waiting' then now() end
    from (values ('old', interval '8 days', 2500), ('recent', interval '6 days', 3), ('waiting', interval '9 days', 2))
      as rows (kind, age, amount), generate_series(1, amount)`);
  await em.execute(`
    insert into inbox select 'payouts-schedule', gen_random_uuid(), now() - make_interval(days => days)
    from generate_series(1, 10) as days`);

  await forgetDelivered(em, new AbortController().signal);

  const left = await em.execute('select type, count(*)::int as n from outbox group by type order by type');
  expect(left).toEqual([
    { type: 'recent', n: 3 },
    { type: 'waiting', n: 2 },
  ]);
  expect(await em.execute('select count(*)::int as n from inbox')).toEqual([{ n: 6 }]);
});
