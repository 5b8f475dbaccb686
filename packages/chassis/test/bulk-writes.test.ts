import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Database,
  insertRows,
  openDatabase,
  parsePostgresUrl,
  type Statement,
  updateRows,
  upsertRows,
} from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let database: Database;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  const url = parsePostgresUrl(environment.databaseUrl);
  database = await openDatabase({ url, poolSize: 2, migrations: [], lifecycle });
  await database.query('create table said (id int primary key, said_by text, words jsonb)');
});

beforeEach(() => database.query('delete from said'));

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

const run = (...statements: Statement[]) => database.transaction(({ commit }) => commit(statements));
const said = () => database.query('select id, said_by, words from said order by id');

test.each([
  `it's '; drop table said; --`,
  'C:\\new\\table',
  `\\'; drop table said; --`,
  'what? ?? :name $1 %s',
  'Žluťoučký 👷\n"quoted"\ttab',
  '',
])('%j is stored as text', async (text) => {
  await run(...insertRows('said', [{ id: 1, saidBy: text, words: { text, list: [text] } }]));

  expect(await said()).toEqual([{ id: 1, said_by: text, words: { text, list: [text] } }]);
});

test('existing rows are updated or kept as requested', async () => {
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

test('no rows produce no statement', () => {
  expect([insertRows('said', []), upsertRows('said', 'id', []), updateRows('said', 'id', [])]).toEqual([[], [], []]);
});

function row(id: number, saidBy: string) {
  return { id, saidBy, words: null };
}
