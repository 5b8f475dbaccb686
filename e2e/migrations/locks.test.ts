import { openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import { createTestLifecycle, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fill } from './fill.ts';
import { findLongLocks } from './locks.ts';
import { newMigrations, releasedMigrations, sqlOf, sqlServices } from './migrations.ts';

describe.each(sqlServices)('a database of %s at 1.0.0 with rows', (service) => {
  let environment: TestEnvironment;
  let database: Client;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true });
    const lifecycle = createTestLifecycle();
    const url = parsePostgresUrl(environment.databaseUrl);
    await openDatabase({ url, poolSize: 2, migrations: releasedMigrations(service), lifecycle });
    await lifecycle.stop();
    database = new Client(environment.databaseUrl);
    await database.connect();
    await fill[service](database, 2_000);
  });
  afterAll(async () => {
    await database.end();
    await environment.stop();
  });

  test.each(newMigrations(service).map((each) => [sqlOf(each).name, sqlOf(each)] as const))(
    '%s reads and changes no row while it locks writers out',
    async (_name, migration) => {
      expect(await findLongLocks(database, migration)).toEqual([]);
    },
  );

  const table = service === 'scheduling' ? 'job' : 'payout';
  test.each([
    `alter table ${table} add check (created_at is not null)`,
    `alter table ${table} add column made_up uuid default gen_random_uuid()`,
    `create index made_up on ${table} (created_at)`,
    `alter table ${table} add column made_up_too int; select count(*) from ${table}`,
  ])('the check finds: %s', async (sql) => {
    const migration = { name: 'bad', isBackground: false, statements: [sql] };
    expect(await findLongLocks(database, migration)).toHaveLength(1);
  });
});
