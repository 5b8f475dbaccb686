import { defineEntity, p } from '@mikro-orm/core';
import { type TestEnvironment, testEnvironment } from '@punctual/devstack';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { commitWith, type Database, inTransaction, openDatabase, parsePostgresUrl } from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

/** The mapper wants an entity; the table here is made without one. */
const Nothing = defineEntity({ name: 'Nothing', properties: { id: p.integer().primary() } });
const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let database: Database;
let sent: MockInstance<Client['query']>;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  const url = parsePostgresUrl(environment.databaseUrl);
  database = await openDatabase({ url, poolSize: 2, entities: [Nothing], migrations: [], lifecycle });
  await database.fork().execute('create table taken (number int primary key)');
});

beforeEach(async () => {
  await database.fork().execute('delete from taken');
  sent = vi.spyOn(Client.prototype, 'query');
  return () => sent.mockRestore();
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

test('begin goes with the first statement and commit with the last writes', async () => {
  await inTransaction(database, async (em) => {
    expect(await em.execute('select number from taken')).toEqual([]);
    await commitWith(em, [insert(1), insert(2)]);
  });
  expect(texts()).toEqual([
    'begin; select number from taken',
    'insert into taken values (1); insert into taken values (2); commit',
  ]);
  expect(await numbers()).toEqual([1, 2]);
});

test('a transaction without a statement, or refused before it has one, sends nothing', async () => {
  await inTransaction(database, async () => undefined);
  await expect(inTransaction(database, async () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(texts()).toEqual([]);
});

test('when one of the last writes fails nothing is written, and the connection serves on', async () => {
  const failing = inTransaction(database, (em) =>
    commitWith(em, [insert(1), ['insert into taken values (?::int)', ['x']]]),
  );
  await expect(failing).rejects.toMatchObject({ code: '22P02' });
  expect(texts().at(-1)).toBe('rollback');
  await inTransaction(database, (em) => commitWith(em, [insert(3)]));
  expect(await numbers()).toEqual([3]);
});

test('a refusal after writes takes them back', async () => {
  const refused = inTransaction(database, async (em) => {
    await em.execute(...insert(1));
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  expect(await numbers()).toEqual([]);
});

test('a commit of its own is sent, once, and what follows on the connection is no part of it', async () => {
  await inTransaction(database, async (em) => void (await em.execute(...insert(1))));
  await inTransaction(database, (em) => commitWith(em, [insert(2)]));
  await inTransaction(database, async (em) => void (await em.execute(...insert(3))));
  expect(texts()).toEqual([
    'begin; insert into taken values (1)',
    'commit',
    'begin; insert into taken values (2); commit',
    'begin; insert into taken values (3)',
    'commit',
  ]);
  expect(await numbers()).toEqual([1, 2, 3]);
});

test('several statements answer with the rows of all', async () => {
  expect(await database.fork().execute('select 1 as one; select 2 as two')).toEqual([{ one: 1 }, { two: 2 }]);
});

function insert(number: number): [sql: string, parameters: number[]] {
  return ['insert into taken values (?)', [number]];
}

function texts(): unknown[] {
  return sent.mock.calls.map(([text]) => text);
}

async function numbers(): Promise<number[]> {
  const rows = await database.fork().execute<{ number: number }[]>('select number from taken order by number');
  return rows.map(({ number }) => number);
}
