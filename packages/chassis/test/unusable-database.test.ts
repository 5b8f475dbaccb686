import {
  eventually,
  type SpoilableDatabase,
  spoilableDatabase,
  type TestEnvironment,
  testEnvironment,
} from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isUnavailable } from '../src/index.ts';
import { type Database, openDatabase, parsePostgresUrl } from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let spoilable: SpoilableDatabase;
let database: Database;
let next = 0;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  spoilable = await spoilableDatabase(environment.databaseUrl);
  database = await openDatabase({
    url: parsePostgresUrl(spoilable.url),
    poolSize: 4,
    migrations: [],
    lifecycle,
  });
  await database.query('create table taken (number int primary key)');
});

afterAll(async () => {
  await lifecycle.shutdown();
  await spoilable.stop();
  await environment.stop();
});

const write = () => {
  next += 1;
  return database.query(`insert into taken values (${next})`);
};
const transact = () =>
  database.transaction(({ commit }) => {
    next += 1;
    return commit([['insert into taken values (?)', [next]]]);
  });
const readPrepared = () =>
  database.read({ name: 'taken', text: 'select number from taken order by number limit $1', values: [1] });
const failureOf = (work: Promise<unknown>) =>
  work.then(
    (answer) => answer,
    (error: unknown) => error,
  );
const isReady = () =>
  database.check.check().then(
    () => true,
    () => false,
  );

test.each([
  'read-only',
  'renamed away',
  'another password',
  'no connection left',
  'no permission',
  'its tables away',
  'a full disk',
])(
  'a database with %s is reported unavailable and recovers without a restart',
  async (name) => {
    const trouble = spoilable.troubles.find((each) => each.name === name);
    // Several sessions are open, and most of them idle.
    await Promise.all([transact(), transact(), transact(), readPrepared()]);
    expect(await isReady()).toBe(true);
    await trouble?.spoil();
    try {
      for (const work of [write, transact, write]) {
        const failure = await failureOf(work());
        expect([failure, isUnavailable(failure)]).toEqual([expect.any(Error), true]);
      }
      expect(await isReady()).toBe(false);
      // Where it can be read, sessions of the bad time are used last.
      await Promise.all([readPrepared(), readPrepared(), readPrepared()].map(failureOf));
    } finally {
      await trouble?.heal();
    }
    // At once, and in every session.
    await Promise.all([write(), transact(), write(), transact(), readPrepared()]);
    await eventually(async () => expect(await isReady()).toBe(true));
  },
  60_000,
);

test('a read-only database still answers reads', async () => {
  const readOnly = spoilable.troubles.find(({ name }) => name === 'read-only');
  await readOnly?.spoil();
  // The sessions that were cut may each fail once.
  await Promise.all([readPrepared(), readPrepared(), readPrepared()].map(failureOf));
  const read = await failureOf(readPrepared());
  await readOnly?.heal();
  expect(read).toEqual([{ number: 1 }]);
  await write();
});

test.each([
  ['a constraint', `insert into taken values (1)`],
  ['a malformed value', `insert into taken values ('one')`],
  ['a number out of range', `insert into taken values (3000000000)`],
])('%s is not a database fault: the session stays and the service is ready', async (_what, statement) => {
  const pid = async () => (await database.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid;
  const before = await pid();
  const failure = await failureOf(database.query(statement));
  expect([failure, isUnavailable(failure)]).toEqual([expect.any(Error), false]);
  expect([await pid(), await isReady()]).toEqual([before, true]);
});
