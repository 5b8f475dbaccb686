import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { type Database, openDatabase, parsePostgresUrl } from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let database: Database;
let sent: MockInstance<Client['query']>;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  const url = parsePostgresUrl(environment.databaseUrl);
  database = await openDatabase({ url, poolSize: 2, migrations: [], lifecycle });
  await database.query('create table taken (number int primary key)');
});

beforeEach(async () => {
  await database.query('delete from taken');
  sent = vi.spyOn(Client.prototype, 'query');
  return () => sent.mockRestore();
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

test('begin travels with the first statement and commit with the last writes', async () => {
  await database.transaction(async (transaction) => {
    expect(await transaction.query('select number from taken')).toEqual([]);
    await transaction.commit([insert(1), insert(2)]);
  });
  expect(texts()).toEqual([
    'begin; select number from taken',
    'insert into taken values ($1); insert into taken values ($1); commit',
  ]);
  expect(await numbers()).toEqual([1, 2]);
});

test('a batch returns the rows of each statement, each from its own snapshot', async () => {
  const rows = await database.transaction((transaction) =>
    transaction.batch<[{ one: number }[], object[], { number: number }[]]>([
      ['select ?::int as one', [1]],
      insert(7),
      ['select number from taken where number = any(?)', [[7, 8]]],
    ]),
  );
  expect(rows).toEqual([[{ one: 1 }], [], [{ number: 7 }]]);
  expect(texts()).toHaveLength(2);
});

test('a transaction without a statement, or refused before it has one, sends nothing', async () => {
  await database.transaction(async () => undefined);
  await expect(database.transaction(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(texts()).toEqual([]);
});

test('a failed last write leaves nothing behind and the connection usable', async () => {
  const failing = database.transaction(({ commit }) =>
    commit([insert(1), ['insert into taken values (?::int)', ['x']]]),
  );
  await expect(failing).rejects.toMatchObject({ code: '22P02' });
  expect(texts().at(-1)).toBe('rollback');
  await database.transaction(({ commit }) => commit([insert(3)]));
  expect(await numbers()).toEqual([3]);
});

test('a refusal after writes rolls them back', async () => {
  const refused = database.transaction(async ({ query }) => {
    await query(...insert(1));
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  expect(await numbers()).toEqual([]);
});

test('a commit after an ignored failure throws instead of passing as committed', async () => {
  const ignoring = database.transaction(async ({ query, commit }) => {
    await query(...insert(1));
    await query('select 1 / 0').catch(() => undefined);
    await commit([]);
  });
  await expect(ignoring).rejects.toThrow('rolled back');
  expect(await numbers()).toEqual([]);
});

test('work that does not commit itself is committed once, and the next starts a new transaction', async () => {
  await database.transaction(async ({ query }) => void (await query(...insert(1))));
  await database.transaction(({ commit }) => commit([insert(2)]));
  await database.transaction(async ({ query }) => void (await query(...insert(3))));
  expect(texts()).toEqual([
    'begin; insert into taken values ($1)',
    'commit',
    'begin; insert into taken values ($1); commit',
    'begin; insert into taken values ($1)',
    'commit',
  ]);
  expect(await numbers()).toEqual([1, 2, 3]);
});

test('no statement follows a commit', async () => {
  const late = database.transaction(async ({ query, commit }) => {
    await commit([insert(1)]);
    await query(...insert(2));
  });
  await expect(late).rejects.toThrow('has ended');
  expect(await numbers()).toEqual([1]);
});

test('a conflict runs the work again and reports its SQLSTATE', async () => {
  const attempts: unknown[] = [];
  await database.transaction(async ({ attempt, retryOf, commit }) => {
    attempts.push([attempt, retryOf]);
    await commit(attempt === 1 ? [insert(1), insert(1)] : [insert(1)]);
  });
  expect(attempts).toEqual([
    [1, undefined],
    [2, '23505'],
  ]);
});

test.each([
  ['text', `it's "so"; \\ ? $1 -- 👷`, 'text'],
  ['an empty text', '', 'text'],
  ['null', null, 'text'],
  ['a number', -1.5, 'float8'],
  ['a truth', true, 'bool'],
  ['an object', { said: `it's` }, 'jsonb'],
  ['an array', ['a "b"', 'c\\d', 'e,f', '{}', null], 'text[]'],
])('a parameter that is %s arrives as it is', async (_what, value, type) => {
  expect(await database.query(`select ?::${type} as value`, [value])).toEqual([{ value }]);
  const [[row]] = await database.transaction(({ batch }) =>
    batch<[{ value: unknown }[]]>([[`select ?::${type} as value`, [value]]]),
  );
  expect(row).toEqual({ value });
});

test('an instant is stored to the millisecond', async () => {
  const at = Temporal.Instant.from('2026-11-29T23:59:59.123Z');
  for (const value of [at, new Date(at.epochMilliseconds)]) {
    const [row] = await database.query<{ ms: number }>(
      'select (extract(epoch from ?::timestamptz) * 1000)::float8 as ms',
      [value],
    );
    expect(row?.ms).toBe(at.epochMilliseconds);
  }
});

test('a repeated statement is prepared, and survives failures and new columns', async () => {
  const all = () => database.transaction(({ query }) => query<{ number: number }>('select * from taken'));
  const add = (text: string) =>
    database.transaction(({ commit }) => commit([['insert into taken values (?::int)', [text]]]));
  for (const round of [1, 2, 3, 4, 5, 6]) {
    await add(String(round));
    expect(await all()).toHaveLength(round);
    await expect(add('x')).rejects.toMatchObject({ code: '22P02' });
  }
  const prepared = await database.transaction(({ query }) =>
    query<{ statement: string }>(
      `select statement from pg_prepared_statements where statement in ('select * from taken', 'insert into taken values ($1::int)')`,
    ),
  );
  expect(prepared.map(({ statement }) => statement).toSorted()).toEqual([
    'insert into taken values ($1::int)',
    'select * from taken',
  ]);
  await database.query(`alter table taken add column note text default 'none'`);
  expect(await all()).toContainEqual({ number: 6, note: 'none' });
  await database.query('alter table taken drop column note');
  expect(await all()).toContainEqual({ number: 6 });
});

function insert(number: number): [sql: string, parameters: number[]] {
  return ['insert into taken values (?)', [number]];
}

/** The text of each message. */
function texts(): unknown[] {
  return sent.mock.calls.map(([message]: unknown[]) => (typeof message === 'string' ? message : textOf(message)));
}

function textOf(message: unknown): unknown {
  return (message as { text: string }).text;
}

async function numbers(): Promise<number[]> {
  const rows = await database.query<{ number: number }>('select number from taken order by number');
  return rows.map(({ number }) => number);
}
