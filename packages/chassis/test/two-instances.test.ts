import { type CloudEvent, readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { type TestEnvironment, testEnvironment, untilConsumed } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Broker,
  BrokerConfig,
  connectBroker,
  declareStreams,
  type Lifecycle,
  publishEvents,
  readConfig,
  startConsumer,
} from '../src/index.ts';
import { type Database, inboxTable, openDatabase, parsePostgresUrl, recordInInbox } from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const logger = pino({ level: 'silent' });
const durable = 'payouts-schedule';
const lifecycle = createLifecycle(logger);
let environment: TestEnvironment;
let database: Database;
let broker: Broker;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, nats: true });
  const url = parsePostgresUrl(environment.databaseUrl);
  database = await openDatabase({ url, poolSize: 4, migrations: [], lifecycle });
  for (const statement of inboxTable) await database.query(statement);
  await database.query('create table effect (event_id uuid, instance text)');
  broker = await brokerOf(lifecycle).connected();
  await declareStreams(broker, ['SCHEDULE', 'DLQ', 'REPLAY', 'ADVISORY']);
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

function brokerOf(of: Lifecycle) {
  const config = readConfig(BrokerConfig, environment.env);
  return connectBroker({ config, name: 'payouts', logger, lifecycle: of });
}

/** One of several that share a durable; it applies its first events only when `go` resolves. */
function startInstance(name: string, go: Promise<unknown>) {
  const own = createLifecycle(logger);
  const hasWork = Promise.withResolvers<void>();
  startConsumer<CloudEvent>(
    { broker: brokerOf(own), logger, lifecycle: own },
    {
      durable,
      stream: 'SCHEDULE',
      subjects: ['schedule.>'],
      read: readScheduleEvent,
      // Whatever is not given back stays away for the rest of the test.
      ackWaitMs: 60_000,
      handle: async (messages) => {
        hasWork.resolve();
        await go;
        await database.transaction(async (transaction) => {
          for (const { event } of (await recordInInbox(transaction, durable, messages)).unprocessed) {
            await transaction.query('insert into effect values (?, ?)', [event.id, name]);
          }
        });
      },
    },
  );
  return { hasWork: hasWork.promise, shutdown: own.shutdown };
}

const example = scheduleEvents['schedule.proposed'].example;
const ids = Array.from({ length: 900 }, () => crypto.randomUUID());

async function publish(eventIds: readonly string[]): Promise<void> {
  await publishEvents(
    broker,
    eventIds.map((id) => ({ ...example, id })),
  );
}

/** Some events once more, as when the stream has forgotten their ids. */
async function publishAgain(eventIds: readonly string[]): Promise<void> {
  for (const id of eventIds) await broker.jetstream.publish(example.type, JSON.stringify({ ...example, id }));
}

test('two instances share the work and apply each event once when one stops', async () => {
  const go = Promise.withResolvers<void>();
  const [leaves, stays] = [startInstance('leaves', go.promise), startInstance('stays', go.promise)];
  await publish(ids.slice(0, 700));
  await publishAgain(ids.slice(0, 100));
  await Promise.all([leaves.hasWork, stays.hasWork]);

  const left = leaves.shutdown();
  go.resolve();
  await left;
  await publish(ids.slice(700));
  await untilConsumed(broker, 'SCHEDULE', durable);
  await stays.shutdown();

  const effects = await database.query<{ event_id: string; instance: string }>('select * from effect');
  expect(effects.map(({ event_id }) => event_id).toSorted()).toEqual(ids.toSorted());
  expect(new Set(effects.map(({ instance }) => instance))).toEqual(new Set(['leaves', 'stays']));
  expect((await broker.manager.streams.info('DLQ')).state.messages).toBe(0);
}, 40_000);
