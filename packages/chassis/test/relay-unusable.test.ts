import { randomUUID } from 'node:crypto';
import {
  eventually,
  type SpoilableDatabase,
  spoilableDatabase,
  type TestEnvironment,
  testEnvironment,
} from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Broker, BrokerConfig, connectBroker, readConfig } from '../src/index.ts';
import {
  outboxStream,
  outboxStreamIndex,
  outboxStreamSequence,
  outboxTable,
  parsePostgresUrl,
  restoreTables,
  startOutboxRelay,
} from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const lines: string[] = [];
const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let spoilable: SpoilableDatabase;
let admin: Client;
let broker: Broker;
/** The ids of all that was published, each as often as it was. */
const published: string[] = [];

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, nats: true });
  spoilable = await spoilableDatabase(environment.databaseUrl);
  const owner = new Client({ connectionString: spoilable.url });
  await owner.connect();
  for (const statement of [
    ...outboxTable,
    ...outboxStreamSequence,
    ...outboxStream,
    outboxStreamIndex,
    ...restoreTables,
  ])
    await owner.query(statement);
  await owner.end();
  admin = new Client({ connectionString: environment.databaseUrl });
  await admin.connect();
  const handle = connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle });
  broker = await handle.connected();
  await broker.manager.streams.add({ name: 'SCHEDULE', subjects: ['schedule.>'] });
  // It hears its own messages only on another connection.
  const config = readConfig(BrokerConfig, environment.env);
  const listener = await connectBroker({ config, name: 'listener', logger, lifecycle }).connected();
  listener.connection.subscribe('schedule.>', { callback: (_error, message) => void published.push(message.string()) });
  await listener.connection.flush();
  startOutboxRelay({
    databaseUrl: parsePostgresUrl(spoilable.url),
    broker: handle,
    name: 'test',
    stream: 'SCHEDULE',
    reconcileSome: async () => {},
    logger,
    lifecycle,
  });
});

afterAll(async () => {
  await lifecycle.shutdown();
  await admin.end();
  await spoilable.stop();
  await environment.stop();
});

beforeEach(() => {
  published.length = 0;
  lines.length = 0;
});

/** As a superuser, whom nothing of this concerns. */
async function insert(): Promise<string> {
  const id = randomUUID();
  await admin.query(
    `insert into outbox (id, aggregate_id, aggregate_version, type, payload)
      values ($1::uuid, gen_random_uuid(), 1, 'schedule.proposed', to_json($1::uuid))`,
    [id],
  );
  return JSON.stringify(id);
}

const untilPublished = (...payloads: string[]) => eventually(() => expect(published).toEqual(payloads));

test.each(['read-only', 'another password', 'no connection left'])(
  'a database with %s delays outbox rows and they are published once',
  async (name) => {
    const trouble = spoilable.troubles.find((each) => each.name === name);
    const before = await insert();
    await untilPublished(before);
    await eventually(async () => expect(await unmarked()).toBe(0));
    lines.length = 0;
    await trouble?.spoil();
    await eventually(() => expect(lines).toContain('Outbox cannot be read; retrying'));
    const waiting = await insert();
    await trouble?.heal();
    await untilPublished(before, waiting);
    await eventually(async () => expect(await unmarked()).toBe(0));
    await eventually(() => expect(lines).toContain('Outbox is readable again'));
  },
  60_000,
);

async function unmarked(): Promise<number> {
  const { rows } = await admin.query('select count(*)::int as n from outbox where published_at is null');
  return rows[0].n;
}

test('rows that can be read but not marked are published once and logged once', async () => {
  await untilPublished(await insert());
  await eventually(async () => expect(await unmarked()).toBe(0));
  await admin.query(`
    create function no_marks() returns trigger language plpgsql as $$ begin
      raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
    end $$;
    create trigger no_marks before update on outbox execute function no_marks()`);
  const [first, second] = [await insert(), await insert()];
  await eventually(() => expect(published).toContain(second));
  // Long enough for several more turns of the relay.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(published.filter((each) => each === first || each === second).toSorted()).toEqual([first, second].toSorted());
  expect(lines.filter((line) => line.startsWith('Outbox cannot'))).toEqual(['Outbox cannot be read; retrying']);
  await admin.query('drop function no_marks cascade');
  await eventually(async () => expect(await unmarked()).toBe(0));
  // The rows are marked before the relay says so.
  await eventually(() => expect(lines.at(-1)).toBe('Outbox is readable again'));
}, 60_000);
