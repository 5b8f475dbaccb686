import { setTimeout as delay } from 'node:timers/promises';
import { type Server, startPgbouncer } from '@punctual/devstack';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase, parsePostgresUrl } from '../src/postgres/index.ts';
import { type LeaderSession, openLeaderSession } from '../src/postgres/outbox/leader-session.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

let environment: TestEnvironment;
let direct: Client;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  direct = new Client(environment.databaseUrl);
  await direct.connect();
  await direct.query('create table number (n int primary key)');
});

afterAll(async () => {
  await direct.end();
  await environment.stop();
});

describe.each([
  ['transaction pooling, which refuses options', { pool_mode: 'transaction' }],
  [
    'transaction pooling, which ignores options',
    { pool_mode: 'transaction', ignore_startup_parameters: 'extra_float_digits,options,statement_timeout' },
  ],
  ['session pooling', { pool_mode: 'session' }],
])('behind PgBouncer with %s', (_mode, settings) => {
  let pooler: Server;
  let url: string;
  let sessions: LeaderSession[];

  beforeAll(async () => {
    pooler = await startPgbouncer({
      postgresUrl: environment.databaseUrl,
      settings: { default_pool_size: 12, ...settings },
    });
    url = pooler.url;
    sessions = [];
  });

  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.end()));
  });

  afterAll(() => pooler?.stop());

  async function openSession(): Promise<LeaderSession> {
    const session = await openLeaderSession({ url: parsePostgresUrl(url), name: 'test' });
    sessions.push(session);
    return session;
  }

  /** PgBouncer may take a moment to end the session of the leader before. */
  const lead = (session: LeaderSession) => eventually(async () => expect(await session.tryToLead()).toBe(true));

  test('a session reports that it is shared', async () => {
    expect((await openSession()).isShared).toBe(true);
    const session = await openLeaderSession({ url: parsePostgresUrl(environment.databaseUrl), name: 'test' });
    sessions.push(session);
    expect(session.isShared).toBe(false);
  });

  test('eight candidates never have two leaders, and elect a new one when the leader ends', async () => {
    const candidates = await Promise.all(Array.from({ length: 8 }, openSession));
    for (let left = candidates; left.length > 4; ) {
      let leader: LeaderSession | undefined;
      // PgBouncer may take a moment to end the session of the leader before.
      while (!leader) {
        const leaders = await leadersOf(left);
        expect(leaders.length).toBeLessThan(2);
        [leader] = leaders;
      }
      for (let round = 0; round < 5; round += 1) {
        await leader.query('select 1');
        const rivals = left.filter((one) => one !== leader);
        expect(await leadersOf(rivals)).toEqual([]);
      }
      expect(leader.holds()).toBe(true);
      await leader.end();
      left = left.filter((one) => one !== leader);
    }
  });

  test('a hanging leader loses its lock only after its lease ends', async () => {
    const [leader, candidate] = [await openSession(), await openSession()];
    await lead(leader);
    await leader.query('select 1');
    const gone = leader.lost.catch((error: unknown) => error);
    for (let free = false; !free; await delay(20)) {
      free = await candidate.tryToLead();
      expect(free && leader.holds()).toBe(false);
    }
    // The pooler hides the reason, or says it.
    expect(await gone).toBeInstanceOf(Error);
  });

  test('the open transaction of the leader blocks neither vacuum nor migrations', async () => {
    const leader = await openSession();
    await lead(leader);
    await leader.query('select * from number');
    const { rows } =
      await direct.query(`select backend_xid, backend_xmin from pg_stat_activity join pg_locks using (pid)
      where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`);
    expect(rows).toEqual([{ backend_xid: null, backend_xmin: null }]);
    await direct.query(`set lock_timeout = '1s'; alter table number add column if not exists more int`);
  });

  describe('the pool', () => {
    const lifecycle = createLifecycle(pino({ level: 'silent' }));
    let database: Database;

    beforeAll(async () => {
      const address = parsePostgresUrl(url);
      database = await openDatabase({ url: address, poolSize: 6, migrations: [], lifecycle });
    });
    afterAll(() => lifecycle.shutdown());

    test('the pool runs many named queries concurrently', async () => {
      const read = (n: number) =>
        database.read<{ n: number }>({ name: 'a read', text: 'select $1::int as n', values: [n] });
      const numbers = Array.from({ length: 200 }, (_, n) => n);
      expect((await Promise.all(numbers.map(read))).flat().map(({ n }) => n)).toEqual(numbers);
    });

    test('transactions have the limits of a session', async () => {
      const numbers = Array.from({ length: 50 }, (_, n) => n);
      await direct.query('delete from number');
      await Promise.all(
        numbers.map((n) =>
          database.transaction(async ({ query, commit }) => {
            const [row] = await query<{ timeout: string }>(
              `select current_setting('idle_in_transaction_session_timeout') as timeout`,
            );
            expect(row?.timeout).toBe('1min');
            await commit([['insert into number (n) values (?)', [n]]]);
          }),
        ),
      );
      const { rows } = await direct.query('select count(*)::int as count from number');
      expect(rows).toEqual([{ count: 50 }]);
    });

    test('a shared session keeps no setting of ours', async () => {
      const stranger = new Client(url);
      await stranger.connect();
      const { rows } = await stranger.query('show idle_in_transaction_session_timeout');
      await stranger.end();
      expect(rows).toEqual([{ idle_in_transaction_session_timeout: '0' }]);
    });
  });
});

test('a session lock, unlike a transaction lock, gets two owners behind transaction pooling', async () => {
  const pooler = await startPgbouncer({ postgresUrl: environment.databaseUrl, settings: { default_pool_size: 1 } });
  const clients = [new Client(pooler.url), new Client(pooler.url)];
  for (const client of clients) await client.connect();
  const got = [];
  for (const client of clients) got.push((await client.query('select pg_try_advisory_lock(1) as got')).rows[0].got);
  await Promise.all(clients.map((client) => client.end()));
  await pooler.stop();
  expect(got).toEqual([true, true]);
});

test('statement pooling is refused with its name in the error', async () => {
  const pooler = await startPgbouncer({ postgresUrl: environment.databaseUrl, settings: { pool_mode: 'statement' } });
  const lifecycle = createLifecycle(pino({ level: 'silent' }));
  const url = parsePostgresUrl(pooler.url);
  await expect(openDatabase({ url, poolSize: 2, migrations: [], lifecycle })).rejects.toThrow(/statement pooling/);
  await expect((await openLeaderSession({ url, name: 'test' })).tryToLead()).rejects.toThrow(/statement pooling/);
  await lifecycle.shutdown();
  await pooler.stop();
});

/** Those of them that get the lock when all try at once. */
async function leadersOf(candidates: LeaderSession[]): Promise<LeaderSession[]> {
  const got = await Promise.all(candidates.map((candidate) => candidate.tryToLead()));
  return candidates.filter((_, index) => got[index]);
}
