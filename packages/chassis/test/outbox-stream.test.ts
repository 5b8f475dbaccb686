import { randomUUID } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startNats } from '@punctual/devstack';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Broker, BrokerConfig, connectBroker, declareStreams, readConfig } from '../src/index.ts';
import {
  isCompared,
  outboxStream,
  outboxStreamIndex,
  outboxStreamSequence,
  outboxTable,
  parsePostgresUrl,
  restoreTables,
  startOutboxRelay,
} from '../src/postgres/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

type Line = { msg: string; stream?: string; events?: number };

let environment: TestEnvironment;
let nats: Awaited<ReturnType<typeof startNats>>;
let database: Client;
let broker: Broker;
let relay: OwnedLifecycle;
let lines: Line[];

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
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
});

beforeEach(async () => {
  await database.query('truncate outbox, outbox_stream');
  nats = await startNats();
  lines = [];
  broker = await startRelay();
});

afterEach(async () => {
  await relay.shutdown();
  await nats.stop();
});

afterAll(async () => {
  await database.end();
  await environment.stop();
});

async function startRelay(options: { untilCaughtUp?: () => Promise<void> } = {}): Promise<Broker> {
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  relay = createLifecycle(logger);
  const config = readConfig(BrokerConfig, { ...environment.env, NATS_URL: nats.url });
  const handle = connectBroker({ config, name: 'scheduling', logger, lifecycle: relay });
  const databaseUrl = parsePostgresUrl(environment.databaseUrl);
  startOutboxRelay({
    databaseUrl,
    broker: handle,
    name: 'scheduling',
    stream: 'SCHEDULE',
    reconcileSome: async () => {},
    ...options,
    logger,
    lifecycle: relay,
  });
  return handle.connected();
}

/** Inserts the next events of these aggregates, each with its number within the aggregate. */
async function insert(...aggregates: number[]): Promise<void> {
  for (const aggregate of aggregates) {
    await database.query(
      `insert into outbox (id, aggregate_id, aggregate_version, type, payload)
        select $1::uuid, $2::uuid, count(*) + 1, 'schedule.proposed', $3::text || ':' || (count(*) + 1)
          from outbox where aggregate_id = $2::uuid`,
      [randomUUID(), `01936f2a-7c10-7000-8000-${String(aggregate).padStart(12, '0')}`, aggregate],
    );
  }
}

async function untilPublished(): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await database.query('select count(*)::int as n from outbox where published_at is null');
      expect(rows[0].n).toBe(0);
    },
    { withinMs: 20_000 },
  );
}

/** The payloads on the stream, in order. */
async function onStream(): Promise<string[]> {
  const { state } = await broker.manager.streams.info('SCHEDULE');
  const found = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = await broker.manager.streams.getMessage('SCHEDULE', { seq });
    if (message) found.push(message.string());
  }
  return found;
}

/** All of the database is on the stream, where the database says, and in order for each aggregate. */
async function expectWhole(): Promise<void> {
  await untilPublished();
  const { rows } = await database.query('select id, stream_sequence::int as seq from outbox');
  for (const { id, seq } of rows) {
    const message = await broker.manager.streams.getMessage('SCHEDULE', { seq });
    expect(message?.header.get('Nats-Msg-Id')).toBe(id);
  }
  const found = await onStream();
  for (const numbers of Map.groupBy(found, (text) => text.split(':')[0]).values()) {
    const order = numbers.map((text) => Number(text.split(':')[1]));
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  }
}

const folderOf = () => nats.folder ?? '';
const lost = () => lines.filter(({ msg }) => /Stream has lost|Stream was created again/.test(msg));

/** Puts back what `copy` saved, as a power cut does to what was not on the disk yet. */
const jetstream = () => join(folderOf(), 'jetstream');
async function copy(): Promise<void> {
  await nats.halt();
  await cp(jetstream(), `${jetstream()}.old`, { recursive: true });
  await nats.resume();
}
async function putBack(): Promise<void> {
  await nats.halt();
  await rm(jetstream(), { recursive: true });
  await cp(`${jetstream()}.old`, jetstream(), { recursive: true });
}

test('the tail that a stream has lost is published again, in order, before newer events', async () => {
  await declareStreams(broker, ['SCHEDULE']);
  await insert(1, 2, 1, 2);
  await untilPublished();
  await copy();
  await insert(1, 2, 3, 1, 1);
  await untilPublished();
  await putBack();
  await insert(1, 3, 4);
  await nats.resume();

  await expectWhole();
  expect(await onStream()).toHaveLength(12);
  expect(lost()).toEqual([
    expect.objectContaining({ msg: expect.stringContaining('lost its last events'), stream: 'SCHEDULE', events: 5 }),
  ]);
}, 60_000);

test('a loss while no instance runs is noticed by the next leader', async () => {
  await declareStreams(broker, ['SCHEDULE']);
  await insert(1, 2);
  await untilPublished();
  await copy();
  await insert(1, 2, 3);
  await untilPublished();
  await relay.shutdown();
  await putBack();
  await nats.resume();
  lines = [];
  broker = await startRelay();

  await eventually(async () => expect(await onStream()).toHaveLength(5), { withinMs: 20_000 });
  await expectWhole();
  expect(lost()).toEqual([expect.objectContaining({ events: 3 })]);
}, 60_000);

test('a stream that was deleted is waited for, and refilled before newer events', async () => {
  await declareStreams(broker, ['SCHEDULE']);
  await insert(1, 2, 1, 2);
  await untilPublished();
  await broker.manager.streams.delete('SCHEDULE');
  await insert(1, 3);
  await eventually(() =>
    expect(lines.map(({ msg }) => msg)).toContainEqual(expect.stringMatching(/^Stream is missing/)),
  );
  await insert(2);
  await declareStreams(broker, ['SCHEDULE']);

  await expectWhole();
  expect(await onStream()).toHaveLength(7);
  expect(lost()).toEqual([expect.objectContaining({ msg: expect.stringContaining('created again'), events: 4 })]);
}, 60_000);

test('a stream that was replaced unseen is noticed by the first PubAck', async () => {
  await declareStreams(broker, ['SCHEDULE']);
  await insert(1, 2, 3);
  await untilPublished();
  await broker.manager.streams.delete('SCHEDULE');
  await declareStreams(broker, ['SCHEDULE']);
  const before = performance.now();
  await insert(4);

  await eventually(async () => expect(await onStream()).toHaveLength(4));
  expect(performance.now() - before).toBeLessThan(4_000);
  await expectWhole();
}, 60_000);

test('a stream that was replaced is noticed without any event', async () => {
  await declareStreams(broker, ['SCHEDULE']);
  await insert(1, 2, 3);
  await untilPublished();
  await broker.manager.streams.delete('SCHEDULE');
  await declareStreams(broker, ['SCHEDULE']);

  await eventually(async () => expect(await onStream()).toHaveLength(3), { withinMs: 10_000 });
  await expectWhole();
}, 60_000);

test('messages that people deleted and messages that were purged stay away', async () => {
  await declareStreams(broker, ['SCHEDULE']);
  await insert(1, 2, 3, 4);
  await untilPublished();
  await broker.manager.streams.purge('SCHEDULE', { seq: 2 });
  await broker.manager.streams.deleteMessage('SCHEDULE', 3);
  await nats.halt();
  await nats.resume();
  await insert(1);

  await untilPublished();
  await delay(1_000);
  expect(await onStream()).toEqual(['2:1', '4:1', '1:2']);
  expect(lost()).toEqual([]);
}, 60_000);

test('an event that the stream remembers but no longer holds is not taken for published', async () => {
  await declareStreams(broker, ['SCHEDULE']);
  await broker.manager.streams.update('SCHEDULE', { duplicate_window: 4_000_000_000 });
  await insert(1, 2, 3);
  await untilPublished();
  await broker.manager.streams.deleteMessage('SCHEDULE', 2);
  await database.query("update outbox set published_at = null, stream_sequence = null where payload = '2:1'");

  await eventually(async () => expect(await onStream()).toEqual(['1:1', '3:1', '2:1']), { withinMs: 15_000 });
  await untilPublished();
}, 60_000);

test('nothing that cannot be undone is done before the consumers have caught up', async () => {
  await declareStreams(broker, ['SCHEDULE']);
  const compared = async () => (await database.query(`select ${isCompared} as it`)).rows[0].it;
  await eventually(async () => expect(await compared()).toBe(true));
  await relay.shutdown();
  await database.query('update database_identity set compared_in = null');
  const consumers = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await startRelay({
    untilCaughtUp: () => {
      asked.resolve();
      return consumers.promise;
    },
  });
  await asked.promise;
  await delay(300);
  expect(await compared()).toBe(false);
  consumers.resolve();
  await eventually(async () => expect(await compared()).toBe(true));
});
