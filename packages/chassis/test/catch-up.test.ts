import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { Migration } from '@mikro-orm/migrations';
import { type CloudEvent, personEvents, readPersonEvent, readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { eventually, type TestEnvironment, testEnvironment, untilConsumed } from '@punctual/testkit';
import { Client, escapeIdentifier } from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Broker,
  BrokerConfig,
  connectBroker,
  declareStreams,
  publishEvents,
  type Received,
  readConfig,
  startConsumer,
} from '../src/index.ts';
import {
  attemptTable,
  createAttempts,
  createInbox,
  inboxTable,
  openDatabase,
  parsePostgresUrl,
  recordInInbox,
} from '../src/postgres/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

class Tables extends Migration {
  override name = 'tables';
  override up(): void {
    for (const statement of [...inboxTable, ...attemptTable]) this.addSql(statement);
    this.addSql('create table effect (number int)');
  }
}

const streams = ['SCHEDULE', 'DLQ', 'REPLAY', 'ADVISORY'] as const;
const lacks = 'The database lacks events that were acknowledged; reading them again';
const dayMs = 86_400_000;

let environment: TestEnvironment;
let lines: Record<string, unknown>[] = [];
const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
const silent = createLifecycle(pino({ level: 'silent' }));
let broker: Broker;
let open: OwnedLifecycle[] = [];
let durable: string;
let name: string;
let published = 0;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, nats: true });
  broker = await brokerOf(silent).connected();
});

afterAll(async () => {
  await silent.shutdown();
  await environment.stop();
});

beforeEach(async () => {
  open = [];
  lines = [];
  published = 0;
  durable = `test-${randomUUID()}`;
  name = `catch_up_${randomUUID()}`;
  for (const stream of streams) await broker.manager.streams.delete(stream).catch(() => {});
  await declareStreams(broker, streams);
  await onServer(`create database ${escapeIdentifier(name)}`);
});

afterEach(async () => {
  await stopAll();
  await onServer(`drop database ${escapeIdentifier(name)} with (force)`);
});

function brokerOf(lifecycle: OwnedLifecycle) {
  return connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle });
}

async function onServer(...statements: string[]): Promise<void> {
  await onDatabase('postgres', ...statements);
}

async function onDatabase<R extends object>(of: string, ...statements: string[]): Promise<R[]> {
  const client = new Client({ connectionString: urlOf(of) });
  await client.connect();
  try {
    let rows: R[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

function urlOf(of: string): string {
  const url = new URL(environment.databaseUrl);
  url.pathname = `/${of}`;
  return url.href;
}

const databaseDeps = () => ({ url: parsePostgresUrl(urlOf(name)), poolSize: 4, migrations: [Tables] });

/** Returns what puts the database back to this moment. */
async function backUp(): Promise<() => Promise<void>> {
  const backup = `${name}_backup`;
  const copy = (from: string, to: string) =>
    onServer(
      `drop database if exists ${escapeIdentifier(to)} with (force)`,
      `create database ${escapeIdentifier(to)} template ${escapeIdentifier(from)}`,
    );
  await copy(name, backup);
  return async () => {
    await copy(backup, name);
    await onServer(`drop database ${escapeIdentifier(backup)}`);
  };
}

type Options = { subjects?: string[]; refused?: number; handled?: number[][] };

/** Starts an instance that writes a row for each event, in the order in which they are handled. */
async function start({ subjects = ['schedule.>'], refused, handled }: Options = {}) {
  const lifecycle = createLifecycle(logger);
  open.push(lifecycle);
  const database = await openDatabase({ ...databaseDeps(), lifecycle });
  startConsumer<CloudEvent>(
    { broker: brokerOf(lifecycle), logger, lifecycle },
    {
      ...{ durable, stream: 'SCHEDULE', subjects, maxDeliveries: 2, ackWaitMs: 1_000 },
      ...{ attempts: createAttempts(database), inbox: createInbox(database) },
      read: (json) => readScheduleEvent(json) ?? readPersonEvent(json),
      handle: (messages: readonly Received<CloudEvent>[]) =>
        database.transaction(async (transaction) => {
          const numbers = (await recordInInbox(transaction, durable, messages)).unprocessed.map(({ event }) =>
            numberOf(event),
          );
          handled?.push(numbers);
          if (refused !== undefined && numbers.includes(refused)) throw new Error('refused');
          await transaction.query('insert into effect select unnest(?::int[])', [numbers]);
        }),
    },
  );
  return database;
}

async function stopAll(): Promise<void> {
  for (const lifecycle of open) await lifecycle.shutdown();
  open = [];
}

const numberOf = ({ sequence }: CloudEvent) => Number(sequence);

function nextEvent(example: CloudEvent, time = new Date()): CloudEvent {
  published += 1;
  return { ...example, id: randomUUIDv7(), time: time.toISOString(), sequence: String(published).padStart(10, '0') };
}

async function publish(count: number, time?: Date): Promise<void> {
  const events = Array.from({ length: count }, () => nextEvent(scheduleEvents['schedule.proposed'].example, time));
  await publishEvents(broker, events);
}

const consumed = () => untilConsumed(broker, 'SCHEDULE', durable);
const effects = async () =>
  (await onDatabase<{ number: number }>(name, 'select number from effect')).map(({ number }) => number);
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const reported = () => lines.filter(({ msg }) => msg === lacks);
const keyOf = async (seq: number) => {
  const message = await broker.manager.streams.getMessage('SCHEDULE', { seq });
  return `SCHEDULE:${seq}:${message?.time.getTime()}`;
};
const letters = async () => (await broker.manager.streams.info('DLQ')).state.messages;

test('a restored database gets again what its consumer has acknowledged, in order and once', async () => {
  await publish(150);
  await start();
  await consumed();
  await stopAll();
  const restore = await backUp();

  await publish(450);
  await start({ refused: 300 });
  await consumed();
  await stopAll();
  expect(await effects()).toHaveLength(599);
  await restore();
  expect(await effects()).toHaveLength(150);

  await start({ refused: 300 });
  await eventually(async () => expect(await effects()).toHaveLength(599), { withinMs: 30_000 });
  await publish(1);
  await consumed();
  const all = await effects();
  expect(all.filter((number) => number !== 601)).toEqual(
    all.filter((number) => number !== 601).toSorted((a, b) => a - b),
  );
  expect(sorted(all)).toEqual(range(1, 601).toSpliced(299, 1));
  expect(reported()).toMatchObject([{ consumer: durable, stream: 'SCHEDULE', sequence: 151 }]);
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'The database has the events that it lacked', events: 450 }),
  );
  expect(await letters()).toBe(1);
}, 60_000);

test('a start handles nothing again, not even a dead letter', async () => {
  await publish(250);
  await start({ refused: 249 });
  await consumed();
  await stopAll();
  expect(await letters()).toBe(1);

  const handled: number[][] = [];
  await start({ handled });
  await publish(1);
  await consumed();
  expect(handled).toEqual([[251]]);
  expect(reported()).toEqual([]);
}, 30_000);

test('a database that is restored beneath a running instance is noticed', async () => {
  await publish(50);
  await start();
  await consumed();
  await stopAll();
  const restore = await backUp();
  await start();
  await publish(250);
  await consumed();

  await restore();
  // More than one block hides what is missing before them.
  await publish(250);
  await eventually(async () => expect(sorted(await effects())).toEqual(range(1, 550)), { withinMs: 30_000 });
  expect(reported()).toMatchObject([{ sequence: 51 }]);
}, 60_000);

test('a new database gets all that the stream has, however old', async () => {
  await publish(120, new Date(Date.now() - 20 * dayMs));
  await start();
  await consumed();
  await stopAll();
  const of = escapeIdentifier(name);
  await onServer(`drop database ${of} with (force)`, `create database ${of}`);

  await start();
  await eventually(async () => expect(await effects()).toEqual(range(1, 120)));
}, 30_000);

test('events that the inbox no longer keeps are not handled again', async () => {
  const before = await start();
  await publish(120, new Date(Date.now() - 8 * dayMs));
  await consumed();
  await before.query('delete from inbox');
  await stopAll();

  const handled: number[][] = [];
  await start({ handled });
  await publish(1);
  await consumed();
  expect(handled).toEqual([[121]]);
}, 30_000);

test('an event that is rare on its stream is found', async () => {
  await start({ subjects: ['person.erased'] });
  await consumed();
  await stopAll();
  const restore = await backUp();
  await publish(10);
  await publishEvents(broker, [nextEvent(personEvents['person.erased'].example)]);
  await publish(700);
  await publishEvents(broker, [nextEvent(personEvents['person.erased'].example)]);
  await start({ subjects: ['person.erased'] });
  await consumed();
  await stopAll();
  await restore();

  await start({ subjects: ['person.erased'] });
  await eventually(async () => expect(await effects()).toEqual([11, 712]));
}, 30_000);

test('events that were in hand when a process ended are handled alone', async () => {
  await start();
  await publish(1);
  await consumed();
  await stopAll();
  const restore = await backUp();
  await start();
  await publish(4);
  await consumed();
  await stopAll();
  await restore();
  const lifecycle = createLifecycle(logger);
  const restored = await openDatabase({ ...databaseDeps(), lifecycle });
  const keys = await Promise.all(range(2, 4).map(keyOf));
  await createAttempts(restored).note(durable, keys, 0);
  await lifecycle.shutdown();

  const handled: number[][] = [];
  const after = await start({ handled });
  await eventually(async () => expect(sorted(await effects())).toEqual(range(1, 5)));
  expect(handled).toEqual([[5], [2], [3], [4]]);
  await eventually(async () => expect(await after.query('select from handling_attempt')).toEqual([]));
}, 30_000);

test('several instances that start at once give each event one effect', async () => {
  await publish(1);
  await start();
  await consumed();
  await stopAll();
  const restore = await backUp();
  await publish(500);
  await start();
  await consumed();
  await stopAll();
  await restore();

  await Promise.all([start(), start(), start()]);
  await publish(50);
  await eventually(async () => expect(sorted(await effects())).toEqual(range(1, 551)), { withinMs: 30_000 });
}, 60_000);
