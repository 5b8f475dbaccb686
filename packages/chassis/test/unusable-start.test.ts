import { Migration } from '@mikro-orm/migrations';
import { type SpoilableDatabase, spoilableDatabase, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, parsePostgresUrl } from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

class CreateVisits extends Migration {
  override up(): void {
    this.addSql('create table visits (id int primary key)');
  }
}

let environment: TestEnvironment;
let spoilable: SpoilableDatabase;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  spoilable = await spoilableDatabase(environment.databaseUrl);
});

afterAll(async () => {
  await spoilable.stop();
  await environment.stop();
});

/** Starts on the database. @returns its readiness @throws what the start of a service would */
async function start(): Promise<unknown> {
  const lifecycle = createLifecycle(pino({ level: 'silent' }));
  const url = parsePostgresUrl(spoilable.url);
  try {
    const database = await openDatabase({ url, poolSize: 2, migrations: [CreateVisits], lifecycle });
    return await database.check.check().then(
      () => 'ready',
      (error: Error) => error.message,
    );
  } finally {
    await lifecycle.shutdown();
  }
}

test.each([
  ['read-only', /read-only/],
  ['renamed away', /database ".+" does not exist/],
  ['another password', /password authentication failed/],
  ['no connection left', /too many connections/],
])('a start on a database with %s fails with its address and the reason', async (name, why) => {
  const trouble = spoilable.troubles.find((each) => each.name === name);
  const { host } = new URL(spoilable.url);

  await trouble?.spoil();
  const error = await start().catch((error: unknown) => error);
  await trouble?.heal();

  expect(String(error)).toContain(`PostgreSQL at ${host} cannot be used: `);
  expect(String(error)).toMatch(why);
});

test('a start with nothing to migrate succeeds on a read-only database, and is not ready', async () => {
  const trouble = spoilable.troubles.find(({ name }) => name === 'read-only');
  expect(await start()).toBe('ready');

  await trouble?.spoil();
  const readiness = await start();
  await trouble?.heal();

  expect(readiness).toBe('The database takes no writes.');
});
