import { defineEntity, p } from '@mikro-orm/core';
import { type SpoilableDatabase, spoilableDatabase, type TestEnvironment, testEnvironment } from '@punctual/devstack';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isUnavailable } from '../src/index.ts';
import { commitWith, type Database, inTransaction, openDatabase, parsePostgresUrl } from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

/** The mapper wants an entity; the table here is made without one. */
const Nothing = defineEntity({ name: 'Nothing', properties: { id: p.integer().primary() } });
const lifecycle = createLifecycle(pino({ level: 'silent' }));
const patience = { timeout: 30_000, interval: 100 };
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
    entities: [Nothing],
    migrations: [],
    lifecycle,
  });
  await database.fork().execute('create table taken (number int primary key)');
});

afterAll(async () => {
  await lifecycle.shutdown();
  await spoilable.stop();
  await environment.stop();
});

const write = () => {
  next += 1;
  return database.fork().execute(`insert into taken values (${next})`);
};
const transact = () =>
  inTransaction(database, (em) => {
    next += 1;
    return commitWith(em, [['insert into taken values (?)', [next]]]);
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
  'a database with %s is unavailable and not ready, and of use again by itself',
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
    await vi.waitFor(async () => expect(await isReady()).toBe(true), patience);
  },
  60_000,
);

test('reads are answered while it is read-only', async () => {
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
])('%s is no fault of the database: the session stays and the service is ready', async (_what, statement) => {
  const pid = async () => (await database.fork().execute<{ pid: number }[]>('select pg_backend_pid() as pid'))[0]?.pid;
  const before = await pid();
  const failure = await failureOf(database.fork().execute(statement));
  expect([failure, isUnavailable(failure)]).toEqual([expect.any(Error), false]);
  expect([await pid(), await isReady()]).toEqual([before, true]);
});
