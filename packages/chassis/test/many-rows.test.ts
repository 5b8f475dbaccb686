import { defineEntity, p } from '@mikro-orm/core';
import { type TestEnvironment, testEnvironment } from '@punctual/devstack';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  commitWith,
  type Database,
  insertRows,
  inTransaction,
  openDatabase,
  parsePostgresUrl,
  type Statement,
  updateRows,
  upsertRows,
} from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

/** The mapper wants an entity; the table here is made without one. */
const Nothing = defineEntity({ name: 'Nothing', properties: { id: p.integer().primary() } });
const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let database: Database;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  const url = parsePostgresUrl(environment.databaseUrl);
  database = await openDatabase({ url, poolSize: 2, entities: [Nothing], migrations: [], lifecycle });
  await database.fork().execute('create table said (id int primary key, said_by text, words jsonb)');
});

beforeEach(() => database.fork().execute('delete from said'));

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

const run = (...statements: Statement[]) => inTransaction(database, (em) => commitWith(em, statements));
const said = () => database.fork().execute('select id, said_by, words from said order by id');

test.each([
  `it's '; drop table said; --`,
  'C:\\new\\table',
  `\\'; drop table said; --`,
  'what? ?? :name $1 %s',
  'Žluťoučký 👷\n"quoted"\ttab',
  '',
])('%j is text, whatever it looks like', async (text) => {
  await run(...insertRows('said', [{ id: 1, saidBy: text, words: { text, list: [text] } }]));

  expect(await said()).toEqual([{ id: 1, said_by: text, words: { text, list: [text] } }]);
});

test('rows that are there take the new values, or stay as they are, as is asked for', async () => {
  await run(...insertRows('said', [row(1, 'first'), row(2, 'second')]));

  await run(...upsertRows('said', 'id', [row(2, 'newer'), row(3, 'third')]));
  await run(...insertRows('said', [row(1, 'ignored')], 'on conflict do nothing'));
  await run(...updateRows('said', 'id', [row(1, 'updated'), row(3, 'kept'), row(4, 'unknown')], 'and said.id < 3'));

  expect(await said()).toEqual([
    { id: 1, said_by: 'updated', words: null },
    { id: 2, said_by: 'newer', words: null },
    { id: 3, said_by: 'third', words: null },
  ]);
});

test('no rows are no statement', () => {
  expect([insertRows('said', []), upsertRows('said', 'id', []), updateRows('said', 'id', [])]).toEqual([[], [], []]);
});

function row(id: number, saidBy: string) {
  return { id, saidBy, words: null };
}
