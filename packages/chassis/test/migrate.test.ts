import { Migration } from '@mikro-orm/migrations';
import { createTestLifecycle, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, parsePostgresUrl } from '../src/postgres/index.ts';

let environment: TestEnvironment;
/** The previous release, which works on while this one migrates. */
let neighbour: Client;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  neighbour = new Client({ connectionString: environment.databaseUrl });
  await neighbour.connect();
});

afterAll(async () => {
  await neighbour.end();
  await environment.stop();
});

class AddColumns extends Migration {
  override name = 'add-columns';

  override up(): void {
    this.addSql('alter table job add column added int');
    this.addSql('alter table assignment add column added int');
  }
}

test('migrations that deadlock with a command of the previous release run again', async () => {
  await neighbour.query('create table job (id int); create table assignment (id int)');
  // Longer than that of the migrations, which therefore give way.
  await neighbour.query("set deadlock_timeout = '1min'");
  await neighbour.query('begin; insert into assignment values (1)');
  const lifecycle = createTestLifecycle();
  const url = parsePostgresUrl(environment.databaseUrl);
  const opened = openDatabase({ url, poolSize: 2, migrations: [AddColumns], lifecycle });
  await expect.poll(countWaiting, { timeout: 20_000 }).toBe(1);
  await neighbour.query('insert into job values (1); commit');
  const database = await opened;
  expect(await database.query('select job.added from job join assignment using (id, added)')).toEqual([]);
  expect(await database.query('select job.id from job join assignment using (id)')).toEqual([{ id: 1 }]);
  await lifecycle.stop();
});

async function countWaiting(): Promise<number> {
  const { rows } = await neighbour.query<{ count: number }>('select count(*)::int from pg_locks where not granted');
  return rows[0]?.count ?? 0;
}
