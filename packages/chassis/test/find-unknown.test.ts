import { randomUUID } from 'node:crypto';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, BrokerConfig, connectBroker, declareStreams, readConfig } from '../src/index.ts';
import { outboxStreamSequence, outboxTable, parsePostgresUrl, restoreTables } from '../src/postgres/index.ts';
import { type LeaderSession, openLeaderSession } from '../src/postgres/outbox/leader-session.ts';
import { findUnknown } from '../src/postgres/restore/find-unknown.ts';
import { readIdentity } from '../src/postgres/restore/identity.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let database: Client;
let session: LeaderSession;
let broker: Broker;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, nats: true });
  database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();
  for (const statement of [...outboxTable, ...outboxStreamSequence, ...restoreTables]) await database.query(statement);
  session = await openLeaderSession({ url: parsePostgresUrl(environment.databaseUrl), name: 'test' });
  const config = readConfig(BrokerConfig, { ...environment.env });
  broker = await connectBroker({ config, name: 'test', logger: pino({ level: 'silent' }), lifecycle }).connected();
  await declareStreams(broker, ['SCHEDULE']);
});

afterAll(async () => {
  await session.end();
  await lifecycle.shutdown();
  await database.end();
  await environment.stop();
});

test('findUnknown finds the same again after a crash, although later events are known', async () => {
  const identity = await readIdentity(session);
  const [lost, kept] = [await publish(identity.id), await publish(identity.id)];
  await database.query(
    `insert into outbox (id, aggregate_id, aggregate_version, type, payload) values ($1, $2, 1, 'schedule.proposed', '')`,
    [kept.id, kept.aggregateId],
  );
  const look = () => findUnknown(session, broker, { stream: 'SCHEDULE', identity });
  const found = {
    unknown: [expect.objectContaining({ id: lost.id, aggregateId: lost.aggregateId, version: 1 })],
    unmarked: [expect.objectContaining({ id: kept.id, sequence: 2 })],
  };
  expect(await look()).toEqual(found);
  expect(await look()).toEqual(found);
});

async function publish(origin: string) {
  const [id, aggregateId] = [randomUUID(), randomUUID()];
  const payload = JSON.stringify({ partitionkey: aggregateId, sequence: '1' });
  await broker.publish({ id, subject: 'schedule.proposed', payload, traceparent: undefined, origin });
  return { id, aggregateId };
}
