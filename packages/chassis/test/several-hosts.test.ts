import { type Server, type Servers, startServers } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parsePostgresUrl, SessionClient } from '../src/postgres/index.ts';
import { openLeaderSession } from '../src/postgres/outbox/leader-session.ts';

const name = `select current_setting('test.name') as name`;
let first: Servers<'postgres'>;
let second: Servers<'postgres'>;

beforeAll(async () => {
  // Never those that the environment names: their settings are changed here.
  const env = { ...process.env, PUNCTUAL_POSTGRES_URL: '' };
  [first, second] = await Promise.all([
    startServers({ only: ['postgres'], env }),
    startServers({ only: ['postgres'], env }),
  ]);
  await run(first, `alter database postgres set test.name = 'first'`);
  await run(second, `alter database postgres set test.name = 'second'`);
});

afterAll(async () => {
  await first.stop();
  await second.stop();
});

async function run(servers: Servers<'postgres'>, statement: string): Promise<void> {
  const admin = new Client(servers.postgres.url);
  await admin.connect();
  await admin.query(statement);
  await admin.end();
}

/** Both have the same user and password. */
function urlOf(query: string, other: Pick<Server, 'url'> = second.postgres) {
  const { username, password, host } = new URL(first.postgres.url);
  const hosts = `${host},${new URL(other.url).host}`;
  return parsePostgresUrl(`postgres://${username}:${password}@${hosts}/postgres?${query}`);
}

/** Which of the servers a new connection leads to. */
async function reached(query: string): Promise<string> {
  const client = new SessionClient(urlOf(query));
  await client.connect();
  const { rows } = await client.query(name);
  await client.end();
  return rows[0].name;
}

test('each connection goes to the first server that satisfies target_session_attrs', async () => {
  const writes = 'target_session_attrs=read-write';
  expect(await reached(writes)).toBe('first');

  await run(first, 'alter database postgres set default_transaction_read_only = on');
  expect(await reached(writes)).toBe('second');
  expect(await reached('target_session_attrs=any')).toBe('first');
  const leader = await openLeaderSession({ url: urlOf(writes), name: 'test' });
  expect(await leader.tryToLead()).toBe(true);
  expect(await leader.query(name)).toEqual([{ name: 'second' }]);
  await leader.end();

  await first.postgres.halt();
  expect(await reached('')).toBe('second');
  await first.postgres.resume();
  expect(await reached('')).toBe('first');
});

test('connections go to a standby once it has taken over', async () => {
  await run(first, 'begin read write; alter database postgres reset default_transaction_read_only; commit');
  const standby = await first.postgres.startStandby?.();
  if (!standby) throw new Error('PUNCTUAL_SERVERS has PostgreSQL run in Docker.');
  const query = async (statement: string) => {
    const client = new SessionClient(urlOf('target_session_attrs=read-write', standby));
    await client.connect();
    return client.query(statement).finally(() => client.end());
  };
  await query("alter system set synchronous_standby_names = 'standby'");
  await query('select pg_reload_conf()');
  await eventually(async () => expect((await query('select from pg_stat_replication')).rowCount).toBe(1));
  await query('create table kept as select 7 as number');

  await first.postgres.signal('SIGKILL');
  await expect(query('select')).rejects.toThrow('is not read-write');
  await standby.promote();
  expect((await query('select number from kept')).rows).toEqual([{ number: 7 }]);
});
