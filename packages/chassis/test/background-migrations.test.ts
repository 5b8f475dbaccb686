import { Migration } from '@mikro-orm/migrations';
import { startPgbouncer } from '@punctual/devstack';
import {
  createTestLifecycle,
  eventually,
  type TestEnvironment,
  type TestLifecycle,
  testEnvironment,
} from '@punctual/testkit';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  BackgroundMigration,
  type Database,
  inBatches,
  openDatabase,
  parsePostgresUrl,
} from '../src/postgres/index.ts';

class CreateVisits extends Migration {
  override name = 'create-visits';
  override up(): void {
    this.addSql('create table visit (id uuid primary key, n int not null)');
  }
}

class AddDouble extends Migration {
  override name = 'add-double';
  override up(): void {
    this.addSql('alter table visit add column double int, add constraint even check (double % 2 = 0) not valid');
  }
}

class FinishDouble extends BackgroundMigration {
  override name = 'finish-double';
  override up(): void {
    this.addSql(inBatches({ table: 'visit', set: 'double = 2 * n', where: 'double is null' }));
    this.addSql('create index concurrently if not exists visit_double on visit (double)');
    this.addSql('alter table visit validate constraint even');
  }
}

const before = [CreateVisits];
const now = [CreateVisits, AddDouble, FinishDouble];
/** More than two batches. */
const rows = 1_234;

let environment: TestEnvironment;
let client: Client;
let lifecycles: TestLifecycle[];

beforeEach(async () => {
  lifecycles = [];
  environment = await testEnvironment({ postgres: true });
  client = await connect();
  await open(before);
  await client.query('insert into visit select gen_random_uuid(), n from generate_series(1, $1::int) as n', [rows]);
});

afterEach(async () => {
  for (const lifecycle of lifecycles) await lifecycle.stop();
  await client.end();
  await environment.stop();
});

async function connect(): Promise<Client> {
  const connected = new Client(environment.databaseUrl);
  await connected.connect();
  connected.on('error', () => {});
  return connected;
}

async function open(
  migrations: typeof now,
  url = environment.databaseUrl,
): Promise<Database & { stop(): Promise<void> }> {
  const lifecycle = createTestLifecycle();
  lifecycles.push(lifecycle);
  const database = await openDatabase({ url: parsePostgresUrl(url), poolSize: 2, migrations, lifecycle });
  return { ...database, stop: lifecycle.stop };
}

const one = async (sql: string) => Object.values((await client.query(sql)).rows[0] ?? {})[0];
const filled = () => one('select count(double)::int from visit');
const isValid = () => one("select indisvalid from pg_index where indexrelid = to_regclass('visit_double')");
const oidOf = () => one("select to_regclass('visit_double')::oid::int");

test('a start leaves background migrations to a job, which fills, validates and builds', async () => {
  const database = await open(now);
  expect(database.isMigrated()).toBe(false);
  expect(await filled()).toBe(0);
  await client.query('insert into visit values (gen_random_uuid(), 7, 0)');
  await database.finishMigrations();
  expect(database.isMigrated()).toBe(true);
  expect(await filled()).toBe(rows + 1);
  expect(await one('select double from visit where n = 7 order by double desc')).toBe(14);
  expect(await one("select convalidated from pg_constraint where conname = 'even'")).toBe(true);
  expect(await isValid()).toBe(true);
  expect((await open(now)).isMigrated()).toBe(true);
});

test('an empty database is complete when the service starts', async () => {
  await client.query('drop table visit, mikro_orm_migrations');
  expect((await open(now)).isMigrated()).toBe(true);
  expect(await isValid()).toBe(true);
});

test('one of two instances runs them, and the other one learns that they are done', async () => {
  const [first, second] = [await open(now), await open(now)];
  const holder = await connect();
  await holder.query('begin; lock table visit in share mode');
  const running = first.finishMigrations();
  await untilWaiting();
  await second.finishMigrations();
  expect(second.isMigrated()).toBe(false);
  await holder.query('commit');
  await running;
  await second.finishMigrations();
  expect([first.isMigrated(), second.isMigrated()]).toEqual([true, true]);
  await holder.end();
});

test('a back-fill that gave up its batch for a writer goes on', async () => {
  const database = await open(now);
  const writer = await connect();
  await writer.query('begin; update visit set n = 5000 where n = 1000');
  const running = database.finishMigrations();
  await untilWaiting();
  await writer.query('commit');
  await writer.end();
  await running;
  expect(await one('select double from visit where n = 5000')).toBe(10_000);
  expect(await filled()).toBe(rows);
});

test('an index that a crash left invalid is built again', async () => {
  await client.query('insert into visit select gen_random_uuid(), 1');
  const broken = client.query('create unique index concurrently visit_double on visit (n)');
  await expect(broken).rejects.toThrow(/could not create unique index/);
  expect(await isValid()).toBe(false);
  const database = await open(now);
  await database.finishMigrations();
  expect(await isValid()).toBe(true);
  expect(await one("select indisunique from pg_index where indexrelid = to_regclass('visit_double')")).toBe(false);
});

test('an index that the server still builds for a killed process is waited for', async () => {
  const database = await open(now);
  const reader = await connect();
  await reader.query('begin isolation level repeatable read; select from visit');
  const running = database.finishMigrations();
  await eventually(async () => expect(await isValid()).toBe(false));
  const oid = await oidOf();
  await Promise.all([running, database.stop()]);
  expect(database.isMigrated()).toBe(false);

  const next = await open(now);
  const finished = untilMigrated(next);
  await eventually(async () =>
    expect(await one("select count(*)::int from pg_stat_activity where query like 'lock table visit%'")).toBe(1),
  );
  await reader.query('commit');
  await reader.end();
  await finished;
  expect(await isValid()).toBe(true);
  expect(await oidOf()).toBe(oid);
});

test('an instance that loses its connections fails, and the next run finishes', async () => {
  const database = await open(now);
  const holder = await connect();
  await holder.query('begin; lock table visit in share mode');
  const running = database.finishMigrations();
  await untilWaiting();
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid not in ($1, $2)',
    [await one('select pg_backend_pid()'), (await holder.query('select pg_backend_pid() as pid')).rows[0].pid],
  );
  await expect(running).rejects.toThrow(/cannot be used/);
  await holder.query('commit');
  await holder.end();
  await untilMigrated(database);
  expect(await filled()).toBe(rows);
});

test('they run behind PgBouncer with transaction pooling', async () => {
  const pooler = await startPgbouncer({ postgresUrl: environment.databaseUrl, settings: { pool_mode: 'transaction' } });
  const database = await open(now, pooler.url);
  await database.finishMigrations();
  expect([await filled(), await isValid()]).toEqual([rows, true]);
  await database.stop();
  await pooler.stop();
});

test('writers pass while a migration waits for a long transaction', async () => {
  const long = await connect();
  await long.query('begin; insert into visit values (gen_random_uuid(), 0)');
  const opened = open(now);
  let longestMs = 0;
  for (const end = performance.now() + 2_000; performance.now() < end; ) {
    const begun = performance.now();
    await client.query('insert into visit values (gen_random_uuid(), 0)');
    longestMs = Math.max(longestMs, performance.now() - begun);
  }
  // It has waited, and was not waited for.
  expect(longestMs).toBeGreaterThan(100);
  expect(longestMs).toBeLessThan(1_000);
  await long.query('commit');
  await long.end();
  expect((await opened).isMigrated()).toBe(false);
});

/** The server may take a moment to release the lock of a lost connection. */
const untilMigrated = (database: Database) =>
  eventually(async () => {
    await database.finishMigrations();
    expect(database.isMigrated()).toBe(true);
  });

const untilWaiting = () =>
  eventually(async () =>
    expect(
      await one(`select count(*)::int from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`),
    ).toBeGreaterThan(0),
  );
