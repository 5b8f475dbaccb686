import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isUnavailable } from '../src/index.ts';
import { type Database, openDatabase, parsePostgresUrl, SessionClient } from '../src/postgres/index.ts';
import { openLeaderSession } from '../src/postgres/outbox/leader-session.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

let environment: TestEnvironment;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

afterAll(() => environment.stop());

/** The test's database by another URL. */
function urlWith({ hosts, query = '' }: { hosts?: string; query?: string }): string {
  const { username, password, host, pathname } = new URL(environment.databaseUrl);
  return `postgres://${username}:${password}@${hosts ?? host}${pathname}?${query}`;
}

/** The pool of a service. */
async function open(url: string, lifecycle: OwnedLifecycle = newLifecycle()): Promise<Database> {
  return openDatabase({ url: parsePostgresUrl(url), poolSize: 2, migrations: [], lifecycle });
}

function newLifecycle(): OwnedLifecycle {
  const lifecycle = createLifecycle(pino({ level: 'silent' }));
  closing.push(lifecycle.shutdown);
  return lifecycle;
}

async function openRelay(url: string) {
  const session = await openLeaderSession({ url: parsePostgresUrl(url), name: 'test' });
  closing.push(session.end);
  return session;
}

test('a refused start reports the address and the reason, without the password', async () => {
  const { host, pathname } = new URL(environment.databaseUrl);
  const refusal = open(`postgres://nobody-known:S3cr3t@${host}${pathname}`);
  await expect(refusal).rejects.toThrow(`PostgreSQL at ${host} cannot be used: `);
  await expect(refusal).rejects.toThrow('nobody-known');
  await expect(refusal).rejects.not.toThrow('S3cr3t');
  await expect(open('postgres://u:S3cr3t@127.0.0.1:1/d')).rejects.toThrow(
    /^PostgreSQL at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
  );
});

/** A server that is no PostgreSQL. @returns its host and port */
async function serve(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const silent = () => serve(() => {});

describe('with sslmode', () => {
  const sslRequest = '0000000804d2162f';
  test.each([
    ['require', sslRequest],
    ['verify-ca', sslRequest],
    ['verify-full', sslRequest],
    ['prefer', sslRequest],
    ['disable', undefined],
  ])('%s the first bytes of pool and relay are right', async (mode, expected) => {
    const first: string[] = [];
    const hosts = await serve((socket) =>
      socket.once('data', (data) => {
        first.push(data.toString('hex'));
        socket.destroy();
      }),
    );
    const url = urlWith({ hosts, query: `sslmode=${mode}` });
    await expect(open(url)).rejects.toThrow();
    await expect(openRelay(url)).rejects.toThrow();
    expect(first.length).toBeGreaterThanOrEqual(2);
    for (const bytes of first) {
      if (expected) expect(bytes).toBe(expected);
      else expect(bytes).toContain(Buffer.from('standard_conforming_strings').toString('hex'));
    }
  });

  test('require refuses a server without TLS and names it', async () => {
    const { host } = new URL(environment.databaseUrl);
    await expect(open(urlWith({ query: 'sslmode=require' }))).rejects.toThrow(
      `${host} does not offer TLS, which sslmode=require asks for`,
    );
  });

  test('prefer and allow use a server without TLS', async () => {
    for (const mode of ['prefer', 'allow']) {
      const database = await open(urlWith({ query: `sslmode=${mode}` }));
      expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    }
  });

  test('require ignores bytes that an attacker adds to the answer', async () => {
    const hosts = await serve((socket) => socket.once('data', () => socket.write('S and more')));
    await expect(openRelay(urlWith({ hosts, query: 'sslmode=require' }))).rejects.toThrow('did not answer the request');
  });
});

describe('a silent server', () => {
  test.each(['disable', 'require'])('times out after connect_timeout as unavailable, with sslmode %s', async (mode) => {
    const url = urlWith({ hosts: await silent(), query: `connect_timeout=1&sslmode=${mode}` });
    for (const opening of [open, openRelay]) {
      const error = await opening(url).catch((error: unknown) => error);
      expect(String(error)).toContain('accepted no connection within 1 s');
      expect(isUnavailable(error)).toBe(true);
    }
  });

  test('does not keep a service from stopping', async () => {
    const lifecycle = newLifecycle();
    const opening = open(urlWith({ hosts: await silent(), query: 'connect_timeout=600' }), lifecycle);
    setTimeout(() => void lifecycle.shutdown(), 100);
    await expect(opening).rejects.toThrow();
  });

  test('a locked migration does not keep a service from stopping', async () => {
    const other = new Client(environment.databaseUrl);
    await other.connect();
    closing.push(() => other.end());
    await other.query(`begin; select pg_advisory_xact_lock(hashtextextended('migrations', 0))`);
    const lifecycle = newLifecycle();
    const opening = open(environment.databaseUrl, lifecycle);
    setTimeout(() => void lifecycle.shutdown(), 500);
    await expect(opening).rejects.toThrow();
    await lifecycle.shutdown();
  });
});

describe('several hosts', () => {
  test('pool and relay use the first usable host', async () => {
    const { host } = new URL(environment.databaseUrl);
    const hosts = `127.0.0.1:1,${await silent()},${host}`;
    const url = urlWith({ hosts, query: 'connect_timeout=1' });
    const database = await open(url);
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(await (await openRelay(url)).tryToLead()).toBe(true);
  });

  test('each unusable host is reported with its reason', async () => {
    const error = await open(urlWith({ hosts: `127.0.0.1:1,${await silent()}`, query: 'connect_timeout=1' })).catch(
      (error: unknown) => error,
    );
    expect(String(error)).toMatch(/None of the servers.*ECONNREFUSED.*accepted no connection within 1 s/);
    expect(isUnavailable(error)).toBe(true);
  });
});

test('target_session_attrs refuses a server that takes no writes', async () => {
  const query = `target_session_attrs=read-write&options=${encodeURIComponent('-c default_transaction_read_only=on')}`;
  await expect(open(urlWith({ query }))).rejects.toThrow('is not read-write');
  await expect(openRelay(urlWith({ query }))).rejects.toThrow('is not read-write');
  await open(urlWith({ query: 'target_session_attrs=primary' }));
});

test('application_name and options hold for pool and relay', async () => {
  const options = encodeURIComponent('-c search_path=public,pg_temp -c statement_timeout=7s -c work_mem=7MB');
  const url = urlWith({ query: `application_name=visits&options=${options}` });
  const seen = `select current_setting('application_name') as name, current_setting('search_path') as path,
    current_setting('statement_timeout') as timeout, current_setting('work_mem') as memory`;
  const expected = [{ name: 'visits', path: 'public,pg_temp', timeout: '7s', memory: '7MB' }];
  expect(await (await open(url)).query(seen)).toEqual(expected);
  expect(await (await openRelay(url)).query(seen)).toEqual(expected);
});

describe('a role with custom defaults', () => {
  let url: string;

  beforeAll(async () => {
    const role = `odd_${crypto.randomUUID().replaceAll('-', '')}`;
    const admin = new Client(environment.databaseUrl);
    await admin.connect();
    await admin.query(`create role ${role} superuser login password 'odd'`);
    // Those that end a session, and not only a statement, are long enough for a login on a busy
    // machine.
    for (const setting of [
      `datestyle = 'German, DMY'`,
      `timezone = 'Asia/Kathmandu'`,
      `standard_conforming_strings = off`,
      `statement_timeout = '20ms'`,
      `lock_timeout = '20ms'`,
      `transaction_timeout = '20s'`,
      `idle_in_transaction_session_timeout = '20ms'`,
      `idle_session_timeout = '20s'`,
      `default_transaction_isolation = 'serializable'`,
    ])
      await admin.query(`alter role ${role} set ${setting}`);
    await admin.end();
    const { host, pathname } = new URL(environment.databaseUrl);
    url = `postgres://${role}:odd@${host}${pathname}`;
  });

  test('pool and relay have the settings that the code relies on', async () => {
    const names = ['DateStyle', 'TimeZone', 'standard_conforming_strings', 'statement_timeout', 'lock_timeout'];
    const others = ['idle_session_timeout', 'idle_in_transaction_session_timeout', 'transaction_isolation'];
    const seen = `select ${[...names, ...others].map((name) => `current_setting('${name}') as "${name}"`).join(', ')}`;
    const expected = {
      DateStyle: 'ISO, MDY',
      TimeZone: 'UTC',
      standard_conforming_strings: 'on',
      statement_timeout: '0',
      lock_timeout: '0',
      idle_session_timeout: '0',
      idle_in_transaction_session_timeout: '1min',
      transaction_isolation: 'read committed',
    };
    expect(await (await open(url)).query(seen)).toEqual([expected]);
    expect(await (await openRelay(url)).query(seen)).toEqual([expected]);
  });

  test('does not affect slow statements, times and backslashes', async () => {
    const database = await open(url);
    const [row] = await database.query<{ text: string; at: string }>(
      `select ? as text, '2026-11-29T12:00:00Z'::timestamptz as at, pg_sleep(0.1)`,
      [String.raw`\' or '' \n`],
    );
    expect(row).toMatchObject({ text: String.raw`\' or '' \n` });
    expect(new Date(row?.at ?? 0)).toEqual(new Date('2026-11-29T12:00:00Z'));
  });
});

test('settings cost no extra round trip', async () => {
  const client = new SessionClient(parsePostgresUrl(environment.databaseUrl));
  await client.connect();
  closing.push(() => client.end());
  const { rows } = await client.query(`select query from pg_stat_activity where pid = pg_backend_pid()`);
  expect(rows[0].query).toContain('pg_stat_activity');
});
