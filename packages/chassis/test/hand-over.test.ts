import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudEvent } from '@punctual/contracts';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Broker, BrokerConfig, connectBroker, readConfig } from '../src/index.ts';
import {
  outboxStream,
  outboxStreamIndex,
  outboxStreamSequence,
  outboxTable,
  parsePostgresUrl,
  restoreTables,
} from '../src/postgres/index.ts';
import { openLeaderSession } from '../src/postgres/outbox/leader-session.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const logger = pino({ level: 'silent' });
const lifecycle = createLifecycle(logger);
/** What the relay promises; a busy machine gets a little more before the test gives up. */
const handOver = { withinMs: 15_000 };

let environment: TestEnvironment;
let database: Client;
let broker: Broker;
let instances: Instance[];

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, nats: true });
  database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();
  for (const statement of [
    ...outboxTable,
    ...outboxStreamSequence,
    ...outboxStream,
    outboxStreamIndex,
    ...restoreTables,
  ])
    await database.query(statement);
  const config = readConfig(BrokerConfig, environment.env);
  broker = await connectBroker({ config, name: 'test', logger, lifecycle }).connected();
});

afterAll(async () => {
  await lifecycle.shutdown();
  await database.end();
  await environment.stop();
});

beforeEach(async () => {
  instances = [];
  await database.query('truncate outbox');
  // Its window is too short to hide anything: whatever is published twice is there twice.
  await broker.manager.streams.add({ name: 'SCHEDULE', subjects: ['schedule.>'], duplicate_window: 100_000_000 });
});

afterEach(async () => {
  for (const instance of instances) instance.process.kill('SIGKILL');
  await Promise.all(instances.map(({ ended }) => ended));
  await broker.manager.streams.delete('SCHEDULE');
});

type Instance = { process: ChildProcess; ended: Promise<unknown>; log: { msg: string }[] };

async function startInstance(env: Record<string, string> = {}): Promise<Instance> {
  const child = fork(new URL('fixtures/relay.ts', import.meta.url), {
    env: { ...process.env, ...environment.env, ...env },
  });
  const instance: Instance = { process: child, ended: once(child, 'exit'), log: [] };
  child.on('message', (line: { msg: string }) => instance.log.push(line));
  instances.push(instance);
  await eventually(() => expect(instance.log.map(({ msg }) => msg)).toContain('Connected to NATS'), handOver);
  return instance;
}

/** Two instances, of which the first leads. */
async function leaderAndOther(env: Record<string, string> = {}): Promise<[Instance, Instance]> {
  const leader = await startInstance(env);
  await eventually(() => expect(timesLed(leader)).toBe(1), handOver);
  return [leader, await startInstance()];
}

function timesLed({ log }: Instance): number {
  return log.filter(({ msg }) => msg === 'leads the outbox').length;
}

/** Sends a signal to an instance as soon as so many events have been published. */
async function signalAfter(events: number, { process }: Instance, signal: NodeJS.Signals): Promise<void> {
  await broker.connection.subscribe('schedule.>', { max: events, callback: () => undefined }).closed;
  process.kill(signal);
}

/** So many versions of so many aggregates. */
async function insert(aggregates: number, versions: number, from = 1): Promise<void> {
  await database.query(
    `insert into outbox (id, aggregate_id, aggregate_version, type, payload)
      select gen_random_uuid(), ('01936f2a-7c10-7000-8000-' || lpad(aggregate::text, 12, '0'))::uuid, version, 'schedule.proposed',
          json_build_object('partitionkey', aggregate::text, 'sequence', version::text)
        from generate_series($3::int, $3 + $2::int - 1) as version, generate_series(1, $1::int) as aggregate
        order by version, aggregate`,
    [aggregates, versions, from],
  );
}

async function unpublished(): Promise<number> {
  const { rows } = await database.query('select count(*)::int as n from outbox where published_at is null');
  return rows[0].n;
}

/**
 * The versions of each aggregate as the stream has them; a repetition of what came before it is
 * left out.
 */
async function firstAppearances(): Promise<Map<string, number[]>> {
  const versions = new Map<string, number[]>();
  const { state } = await broker.manager.streams.info('SCHEDULE');
  const consumer = await broker.jetstream.consumers.get('SCHEDULE');
  const messages = await consumer.fetch({ max_messages: state.messages, expires: 5_000 });
  for await (const message of messages) {
    const { partitionkey, sequence } = message.json<CloudEvent>();
    const seen = versions.get(partitionkey) ?? [];
    if (!seen.includes(Number(sequence))) seen.push(Number(sequence));
    versions.set(partitionkey, seen);
  }
  return versions;
}

async function expectAllInOrder(aggregates: number, versions: number): Promise<void> {
  const appeared = await firstAppearances();
  expect(appeared.size).toBe(aggregates);
  const inOrder = Array.from({ length: versions }, (_, index) => index + 1);
  for (const seen of appeared.values()) expect(seen).toEqual(inOrder);
}

async function lastSequence(): Promise<number> {
  return (await broker.manager.streams.info('SCHEDULE')).state.last_seq;
}

test('a killed leader is replaced without loss or reordering', async () => {
  const [leader, other] = await leaderAndOther();
  const killed = signalAfter(100, leader, 'SIGKILL');
  await insert(20, 100);
  await killed;

  await eventually(async () => expect(await unpublished()).toBe(0), handOver);
  expect(timesLed(other)).toBeGreaterThan(0);
  await expectAllInOrder(20, 100);
});

test('a hung leader is replaced and publishes nothing stale when it resumes', async () => {
  const [leader, other] = await leaderAndOther();
  // One aggregate: hundreds of its rows have been read, and wait for those before them.
  const stopped = signalAfter(20, leader, 'SIGSTOP');
  await insert(1, 1_000);
  await stopped;
  expect(await unpublished()).toBeGreaterThan(0);

  await eventually(async () => expect(await unpublished()).toBe(0), handOver);
  expect(timesLed(other)).toBeGreaterThan(0);
  const published = await lastSequence();
  leader.process.kill('SIGCONT');
  await eventually(
    () => expect(leader.log.map(({ msg }) => msg)).toContain('Outbox cannot be read; retrying'),
    handOver,
  );
  await insert(1, 1, 1_001);
  await eventually(async () => expect(await unpublished()).toBe(0), handOver);
  // Beside the new one: the one that it may have been just about to write to its socket.
  expect(await lastSequence()).toBeLessThanOrEqual(published + 2);
  await expectAllInOrder(1, 1_001);
});

test('a partitioned leader is replaced and stands by when reconnected', async () => {
  const network = await startNetwork(environment.databaseUrl);
  const [leader, other] = await leaderAndOther({ DATABASE_URL: network.url });
  network.cut();
  await insert(5, 5);

  await eventually(async () => expect(await unpublished()).toBe(0), handOver);

  expect(timesLed(other)).toBeGreaterThan(0);
  await eventually(
    () => expect(leader.log.map(({ msg }) => msg)).toContain('Outbox cannot be read; retrying'),
    handOver,
  );
  await network.refuse();
  await expectAllInOrder(5, 5);
});

test('a leader is elected soon after PostgreSQL ends every connection', async () => {
  const both = await leaderAndOther();
  await insert(10, 100);

  await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%outbox relay'
    and datname = current_database()`);

  await eventually(async () => expect(await unpublished()).toBe(0), handOver);
  await expectAllInOrder(10, 100);
  expect(both.map(({ process }) => process.exitCode)).toEqual([null, null]);
});

test('a PostgreSQL outage is logged once, and its end once', async () => {
  const network = await startNetwork(environment.databaseUrl);
  const instance = await startInstance({ DATABASE_URL: network.url });
  await eventually(() => expect(timesLed(instance)).toBe(1), handOver);

  await network.refuse();
  await insert(1, 1);
  await delay(4_000);
  expect(await unpublished()).toBe(1);
  await network.accept();

  await eventually(async () => expect(await unpublished()).toBe(0), handOver);
  const said = instance.log.map(({ msg }) => msg).filter((msg) => /^Outbox (cannot be read|is readable)/.test(msg));
  expect(said).toContain('Outbox cannot be read; retrying');
  expect(instance.log.find(({ msg }) => msg === said[0])).toMatchObject({ server: new URL(network.url).host });
  expect(said.at(-1)).toBe('Outbox is readable again');
  expect(said.filter((msg, index) => msg === said[index + 1])).toEqual([]);
  await network.refuse();
});

test("PostgreSQL releases a silent leader's lock only after its lease ends", async () => {
  const [leader, candidate] = await Promise.all([openSession('leader'), openSession('candidate')]);
  const gone = expect(leader.lost).rejects.toThrow('idle-in-transaction timeout');
  expect(await leader.tryToLead()).toBe(true);
  expect(leader.holds()).toBe(true);

  for (let free = false; !free; await delay(20)) {
    free = await candidate.tryToLead();
    expect(free && leader.holds()).toBe(false);
  }

  await gone;
  await Promise.all([leader.end(), candidate.end()]);
});

function openSession(name: string) {
  return openLeaderSession({ url: parsePostgresUrl(environment.databaseUrl), name });
}

/** The way to a database. */
type Network = {
  url: string;
  /** Drops all traffic from now on, in both directions, without closing the connections. */
  cut(): void;
  /** Ends all connections, and lets nobody in. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
};

async function startNetwork(databaseUrl: string): Promise<Network> {
  const to = new URL(databaseUrl);
  const sockets: Socket[] = [];
  let open = true;
  const server: Server = createServer((near) => {
    const far = dial(Number(to.port), to.hostname);
    sockets.push(near, far);
    for (const [from, onward] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data) => open && onward.write(data));
      from.on('error', () => undefined);
      from.on('end', () => open && onward.end());
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('unreachable');
  const { port } = address;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    cut: () => {
      open = false;
    },
    refuse: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
    accept: () => listen(port),
  };
}
