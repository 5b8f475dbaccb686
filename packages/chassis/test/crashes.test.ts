import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, type JsMsg } from '@nats-io/jetstream';
import { type CloudEvent, readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { eventually, type TestEnvironment, testEnvironment, untilConsumed } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Attempts,
  type Broker,
  BrokerConfig,
  connectBroker,
  declareStreams,
  publishEvent,
  readConfig,
  startConsumer,
} from '../src/index.ts';
import {
  attemptTable,
  createAttempts,
  type Database,
  openDatabase,
  parsePostgresUrl,
  purgeAttempts,
} from '../src/postgres/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

const logger = pino({ level: 'silent' });
const lifecycle = createLifecycle(logger);
const example = scheduleEvents['schedule.proposed'].example;
const streams = ['SCHEDULE', 'DLQ', 'REPLAY', 'ADVISORY'] as const;
const ackWaitMs = 500;

let environment: TestEnvironment;
let database: Database;
let broker: Broker;
let open: OwnedLifecycle[] = [];

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, nats: true });
  const url = parsePostgresUrl(environment.databaseUrl);
  database = await openDatabase({ url, poolSize: 4, migrations: [], lifecycle });
  for (const statement of attemptTable) await database.query(statement);
  broker = await brokerOf(lifecycle).connected();
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

beforeEach(async () => {
  open = [];
  for (const stream of streams) await broker.manager.streams.delete(stream).catch(() => {});
  await declareStreams(broker, streams);
  await database.query('delete from handling_attempt');
});

afterEach(async () => {
  for (const each of open) await each.shutdown();
});

function brokerOf(of: OwnedLifecycle) {
  return connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle: of });
}

type Versions = readonly number[];

/** An instance of a consumer in this process. */
function consumer(
  durable: string,
  handle: (versions: Versions) => unknown,
  attempts: Attempts = createAttempts(database),
) {
  const own = createLifecycle(logger);
  open.push(own);
  startConsumer<CloudEvent>(
    { broker: brokerOf(own), logger, lifecycle: own },
    {
      ...{ durable, stream: 'SCHEDULE', subjects: ['schedule.>'], read: readScheduleEvent, ackWaitMs, attempts },
      handle: async (messages) => void (await handle(messages.map(({ event }) => Number(event.sequence)))),
    },
  );
  return own;
}

/** Runs a consumer as a process, and starts it again whenever it ends. */
function restarting(durable: string, deadly: number) {
  const batches: Versions[] = [];
  let crashes = 0;
  let child: ChildProcess | undefined;
  const start = () => {
    child = fork(new URL('fixtures/crashing-consumer.ts', import.meta.url), {
      env: {
        ...process.env,
        ...environment.env,
        DATABASE_URL: environment.databaseUrl,
        ...{ DURABLE: durable, DEADLY: `${deadly}` },
      },
    });
    child.on('message', (versions: Versions) => batches.push(versions));
    child.on('exit', () => {
      crashes += 1;
      start();
    });
  };
  start();
  return {
    batches,
    crashes: () => crashes,
    stop: () => {
      child?.removeAllListeners('exit');
      child?.kill('SIGKILL');
    },
  };
}

async function publish(from: number, to = from): Promise<void> {
  for (let version = from; version <= to; version += 1) await publishEvent(broker, eventOf(version));
}

function eventOf(version: number): CloudEvent {
  const id = `01936f2a-7c10-7000-8000-${String(version).padStart(12, '0')}`;
  return { ...example, id, sequence: String(version).padStart(10, '0') };
}

/** Delivers messages in vain, so that their consumer gets them as redelivered, each after its delay. */
async function deliverInVain(durable: string, delaysMs: readonly number[]): Promise<void> {
  await publish(1, delaysMs.length);
  await broker.manager.consumers.add('SCHEDULE', { durable_name: durable, ack_policy: AckPolicy.Explicit });
  const before = await broker.jetstream.consumers.get('SCHEDULE', durable);
  const messages: JsMsg[] = [];
  for await (const message of await before.fetch({ max_messages: delaysMs.length })) messages.push(message);
  for (const [index, message] of messages.entries()) message.nak(delaysMs[index]);
}

const at = (delayMs: number, times: number) => Array.from({ length: times }, () => delayMs);
/** Notes attempts at the messages with these versions of a stream that has no others. */
async function note(durable: string, versions: Versions, alone: number): Promise<void> {
  for (const seq of versions) {
    const { time } = (await broker.manager.streams.getMessage('SCHEDULE', { seq })) ?? {};
    await createAttempts(database).note(durable, [`SCHEDULE:${seq}:${time?.getTime()}`], alone);
  }
}

const settled = (durable: string, stream = 'SCHEDULE') => untilConsumed(broker, stream, durable);
const notes = () => database.query<{ message: string; alone: number }>('select * from handling_attempt');

async function letters(): Promise<{ reason: string; version: number }[]> {
  const { state } = await broker.manager.streams.info('DLQ');
  const found = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
    const letter = await broker.manager.streams.getMessage('DLQ', { seq });
    if (letter)
      found.push({ reason: letter.header.get('Dlq-Reason'), version: Number(letter.json<CloudEvent>().sequence) });
  }
  return found;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const ascending = (versions: Versions) => versions.toSorted((a, b) => a - b);

test('an event that ends its process becomes a dead letter and its neighbours are handled', async () => {
  await publish(1, 30);
  const process = restarting('crashing', 7);
  try {
    await eventually(async () => expect(await letters()).toEqual([{ reason: 'crashed its consumer', version: 7 }]), {
      withinMs: 60_000,
    });
    await settled('crashing');
  } finally {
    process.stop();
  }

  // With others at first, with its redelivered neighbours, then five times alone.
  expect(process.crashes()).toBe(7);
  expect(ascending([...new Set(process.batches.flat())])).toEqual(range(1, 30).toSpliced(6, 1));

  const handled: number[] = [];
  consumer('crashing', (versions) => void handled.push(...versions));
  await broker.jetstream.publish('replay.crashing', JSON.stringify(eventOf(7)));
  await eventually(() => expect(handled).toEqual([7]));
  await settled('crashing', 'REPLAY');
}, 90_000);

test('messages with unanswered attempts are handled alone, after the others', async () => {
  await deliverInVain('suspects', [0, ...at(500, 5)]);
  await note('suspects', [2], 4);
  await note('suspects', [4, 5], 0);
  const batches: Versions[] = [];
  consumer('suspects', async (versions) => {
    batches.push(versions);
    // The others come together, while the first one is handled.
    if (batches.length === 1) await delay(1_500);
  });
  await settled('suspects');

  expect(batches).toEqual([[1], [3, 6], [4], [5], [2]]);
  expect(await letters()).toEqual([]);
  expect(await notes()).toEqual([]);
});

test('an orderly stop and a slow handler leave no note', async () => {
  await deliverInVain('stopped', [0]);
  await note('stopped', [1], 0);
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const own = consumer('stopped', () => {
    begun.resolve();
    return end.promise;
  });
  await begun.promise;
  expect(await notes()).toMatchObject([{ alone: 1 }]);

  const stopped = own.shutdown();
  await eventually(async () => expect(await notes()).toEqual([]));
  end.resolve();
  await stopped;
});

test('a handler that fails leaves no note', async () => {
  await publish(1);
  let failures = 0;
  consumer('failing', () => {
    failures += 1;
    if (failures < 4) throw new Error('not yet');
  });
  await settled('failing');

  expect(failures).toBe(4);
  expect(await notes()).toEqual([]);
  expect(await letters()).toEqual([]);
});

test('redelivered messages wait while notes cannot be written', async () => {
  await deliverInVain('away', at(0, 3));
  const attempts = createAttempts(database);
  let refused = 0;
  const refuse = async <T>(work: () => Promise<T>): Promise<T> => {
    refused += 1;
    if (refused % 3 !== 0) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    return work();
  };
  const handled: number[] = [];
  await note('away', [1, 2, 3], 0);
  consumer('away', (versions) => void handled.push(...versions), {
    unanswered: (...of) => refuse(() => attempts.unanswered(...of)),
    note: (...of) => refuse(() => attempts.note(...of)),
    forget: attempts.forget,
  });
  await settled('away');

  expect(handled).toEqual([1, 2, 3]);
  expect(refused).toBeGreaterThanOrEqual(6);
});

test('purgeAttempts deletes notes older than a week', async () => {
  const attempts = createAttempts(database);
  await attempts.note('a', ['old'], 1);
  await attempts.note('a', ['new'], 2);
  await database.query(`update handling_attempt set noted_at = now() - interval '8 days' where message = 'old'`);

  await purgeAttempts(database);

  expect(await attempts.unanswered('a', ['old', 'new'])).toEqual(new Map([['new', 2]]));
});
