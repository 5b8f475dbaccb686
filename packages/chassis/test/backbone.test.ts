import { setTimeout as delay } from 'node:timers/promises';
import { type CloudEvent, readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { eventually, type TestEnvironment, testEnvironment, untilConsumed } from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Broker,
  BrokerConfig,
  connectBroker,
  declareStreams,
  publishEvent,
  readConfig,
  startConsumer,
} from '../src/index.ts';
import {
  inboxTable,
  outboxStream,
  outboxStreamIndex,
  outboxStreamSequence,
  outboxTable,
  parsePostgresUrl,
  restoreTables,
  startOutboxRelay,
} from '../src/postgres/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

const logger = pino({ level: 'silent' });
const example = scheduleEvents['schedule.proposed'].example;

let environment: TestEnvironment;
let database: Client;
let open: OwnedLifecycle[];

beforeEach(async () => {
  environment = await testEnvironment({ postgres: true, nats: true });
  database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();
  for (const statement of [
    ...outboxTable,
    ...outboxStreamSequence,
    ...outboxStream,
    outboxStreamIndex,
    ...restoreTables,
    ...inboxTable,
  ])
    await database.query(statement);
  open = [];
});

afterEach(async () => {
  for (const lifecycle of open) await lifecycle.shutdown();
  await database.end();
  await environment.stop();
});

/** One instance of a service, as far as the backbone goes. */
function instance(name = 'scheduling') {
  const lifecycle = createLifecycle(logger);
  open.push(lifecycle);
  const broker = connectBroker({ config: readConfig(BrokerConfig, environment.env), name, logger, lifecycle });
  const relay = { stream: 'SCHEDULE', reconcileSome: async () => {} } as const;
  return { lifecycle, logger, broker, name, databaseUrl: parsePostgresUrl(environment.databaseUrl), ...relay };
}

function eventOf(aggregate: number, version: number): CloudEvent {
  const assignmentId = `01936f2a-7c10-7000-8000-${String(aggregate).padStart(12, '0')}`;
  return {
    ...example,
    id: `01936f2a-7c10-7000-${String(8000 + version)}-${String(aggregate).padStart(12, '0')}`,
    subject: assignmentId,
    partitionkey: assignmentId,
    sequence: String(version).padStart(10, '0'),
  };
}

async function insert(...events: CloudEvent[]) {
  for (const { id, partitionkey, sequence, type, ...rest } of events) {
    await database.query(
      'insert into outbox (id, aggregate_id, aggregate_version, type, payload) values ($1, $2, $3, $4, $5)',
      [id, partitionkey, Number(sequence), type, JSON.stringify({ id, partitionkey, sequence, type, ...rest })],
    );
  }
}

async function stored(broker: Broker, stream = 'SCHEDULE') {
  const { state } = await broker.manager.streams.info(stream);
  if (state.messages === 0) return [];
  const all = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = await broker.manager.streams.getMessage(stream, { seq });
    if (message) all.push(message);
  }
  return all;
}

async function unpublished(): Promise<number> {
  const { rows } = await database.query('select count(*)::int as n from outbox where published_at is null');
  return rows[0].n;
}

test('the relay publishes each row once, in order per aggregate, across leaders', async () => {
  const instances = [instance(), instance()];
  const [first] = instances;
  if (!first) throw new Error('unreachable');
  const broker = await first.broker.connected();
  await declareStreams(broker, ['SCHEDULE']);
  const relays = instances.map((each) => startOutboxRelay(each));

  for (let version = 1; version <= 5; version += 1) {
    await insert(...Array.from({ length: 20 }, (_, aggregate) => eventOf(aggregate, version)));
    relays[version % 2]?.wake();
  }
  await eventually(async () => expect(await unpublished()).toBe(0));

  const messages = await stored(broker);
  expect(messages).toHaveLength(100);
  const versions = Map.groupBy(
    messages.map((message) => message.json<CloudEvent>()),
    (event) => event.partitionkey,
  );
  for (const events of versions.values())
    expect(events.map((event) => Number(event.sequence))).toEqual([1, 2, 3, 4, 5]);
  expect(messages[0]?.header.get('Nats-Msg-Id')).toBe(messages[0]?.json<CloudEvent>().id);
  const { rows } = await database.query('select id from outbox order by stream_sequence');
  expect(rows.map(({ id }) => id)).toEqual(messages.map((message) => message.json<CloudEvent>().id));
  expect(messages[0]?.header.get('Content-Type')).toBe('application/cloudevents+json');
});

test('wakes other instances unless it leads itself', async () => {
  const [leader, standby, listener] = [instance(), instance(), instance()];
  const { connection } = await listener.broker.connected();
  await declareStreams(await leader.broker.connected(), ['SCHEDULE']);
  const relay = startOutboxRelay(leader);
  await insert(eventOf(1, 1));
  await eventually(async () => expect(await unpublished()).toBe(0));
  const other = startOutboxRelay(standby);
  const heard: unknown[] = [];
  connection.subscribe(`wakeup.outbox.${leader.name}`, { callback: (_, message) => void heard.push(message) });
  await connection.flush();

  relay.wake();
  await (await leader.broker.connected()).connection.flush();
  await connection.flush();
  expect(heard).toEqual([]);

  await eventually(async () => {
    other.wake();
    expect(heard).not.toEqual([]);
  });
});

test('rows wait during a NATS outage and are published after it', async () => {
  const one = instance();
  const broker = await one.broker.connected();
  await declareStreams(broker, ['SCHEDULE']);
  const relay = startOutboxRelay(one);
  await environment.stopNats();
  await insert(eventOf(1, 1), eventOf(1, 2));
  relay.wake();
  await delay(500);
  expect(await unpublished()).toBe(2);

  await environment.startNatsAgain();

  await eventually(async () => expect(await unpublished()).toBe(0));
  expect((await stored(broker)).map((message) => message.json<CloudEvent>().sequence)).toEqual([
    '0000000001',
    '0000000002',
  ]);
});

test('a refused row waits and is logged once while others are published', async () => {
  const one = instance();
  const broker = await one.broker.connected();
  await declareStreams(broker, ['SCHEDULE']);
  await broker.manager.streams.update('SCHEDULE', { subjects: ['schedule.>'], max_msgs: 30 });
  const log: string[] = [];
  const relay = startOutboxRelay({
    ...one,
    logger: pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line).msg) }),
  });
  // Of a type that no stream takes: this assignment waits from its first event on.
  await insert({ ...eventOf(0, 1), type: 'person.erased' }, eventOf(0, 2));
  await insert(...Array.from({ length: 40 }, (_, index) => eventOf(1 + (index % 20), 1 + Math.floor(index / 20))));
  relay.wake();
  await eventually(async () => expect(await unpublished()).toBe(12));

  await broker.manager.streams.update('SCHEDULE', { max_msgs: -1 });

  await eventually(async () => expect(await unpublished()).toBe(2));
  await broker.manager.streams.update('SCHEDULE', { subjects: ['schedule.>', 'person.>'] });
  await eventually(async () => expect(await unpublished()).toBe(0));
  const versions = Map.groupBy(
    (await stored(broker)).map((message) => message.json<CloudEvent>()),
    (event) => event.partitionkey,
  );
  expect(versions.size).toBe(21);
  for (const [, events] of versions)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map(({ sequence }) => sequence).toSorted());
  const refusals = log.filter((line) => line === 'NATS refuses some events; they wait in the outbox');
  expect(refusals.length).toBeLessThan(4);
  expect(log.at(-1)).toBe('NATS accepts every event again');
});

test('another instance takes over when the leader stops', async () => {
  const leader = instance();
  await declareStreams(await leader.broker.connected(), ['SCHEDULE']);
  startOutboxRelay(leader);
  await insert(eventOf(1, 1));
  await eventually(async () => expect(await unpublished()).toBe(0));
  startOutboxRelay(instance());

  await leader.lifecycle.shutdown();
  await insert(eventOf(1, 2));

  await eventually(async () => expect(await unpublished()).toBe(0));
});

test('a consumer retries, skips unknown types and dead-letters failures', async () => {
  const one = instance('payouts');
  const broker = await one.broker.connected();
  const handled: string[] = [];
  let failures = 0;
  startConsumer(one, {
    stream: 'SCHEDULE',
    durable: 'payouts-schedule',
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    maxDeliveries: 2,
    handle: async (messages) => {
      const sequences = messages.map(({ event }) => event.sequence);
      if (sequences.includes('0000000002') && (sequences.length > 1 || failures++ === 0)) throw new Error('once');
      if (sequences.includes('0000000003')) throw new Error('always\nso');
      handled.push(...sequences);
    },
  });
  await declareStreams(broker, ['SCHEDULE', 'DLQ']);
  for (const version of [1, 2, 3, 4]) await publishEvent(broker, eventOf(1, version));
  await broker.jetstream.publish('schedule.invented', JSON.stringify({ type: 'schedule.invented' }));
  await broker.jetstream.publish('schedule.proposed', '{"type":"schedule.proposed"}');
  await broker.jetstream.publish('schedule.proposed', 'not json');

  await eventually(async () => expect(await stored(broker, 'DLQ')).toHaveLength(3));
  await untilConsumed(broker, 'SCHEDULE', 'payouts-schedule');

  expect(handled.toSorted()).toEqual(['0000000001', '0000000002', '0000000004']);
  const letters = await stored(broker, 'DLQ');
  const exhausted = letters.find((letter) => letter.header.get('Dlq-Reason') === 'always so');
  expect(exhausted?.subject).toBe('dlq.payouts-schedule');
  expect(exhausted?.json()).toEqual(eventOf(1, 3));
  expect(exhausted?.header.get('Content-Type')).toBe('application/cloudevents+json');
  expect(exhausted?.header.get('Dlq-Consumer')).toBe('payouts-schedule');
  expect(exhausted?.header.get('Dlq-Stream')).toBe('SCHEDULE');
  expect(exhausted?.header.get('Dlq-Sequence')).toBe('3');
  expect(exhausted?.header.get('Dlq-Deliveries')).toBe('2');
});

test('an unavailable server never causes a dead letter', async () => {
  const one = instance('payouts');
  const broker = await one.broker.connected();
  await declareStreams(broker, ['SCHEDULE', 'DLQ']);
  let tries = 0;
  startConsumer(one, {
    stream: 'SCHEDULE',
    durable: 'payouts-schedule',
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    maxDeliveries: 1,
    handle: async () => {
      tries += 1;
      if (tries < 3) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    },
  });
  await publishEvent(broker, eventOf(1, 1));

  await eventually(() => expect(tries).toBe(3));

  expect(await stored(broker, 'DLQ')).toEqual([]);
});

test('a service stops in time during a NATS outage', async () => {
  const one = instance('payouts');
  await declareStreams(await one.broker.connected(), ['SCHEDULE', 'DLQ']);
  startOutboxRelay(one);
  startConsumer(one, {
    stream: 'SCHEDULE',
    durable: 'payouts-schedule',
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: async () => {},
  });
  await delay(500);
  await environment.stopNats();

  const stopped = one.lifecycle.shutdown().then(() => 'stopped');

  expect(await Promise.race([stopped, delay(5_000, 'still stopping')])).toBe('stopped');
  await environment.startNatsAgain();
});
