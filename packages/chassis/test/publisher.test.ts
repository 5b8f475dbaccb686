import { JetStreamApiError } from '@nats-io/jetstream';
import { ClosedConnectionError, PermissionViolationError } from '@nats-io/transport-node';
import { type NatsUser, natsSignIn } from '@punctual/devstack';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Broker, BrokerConfig, connectBroker, readConfig } from '../src/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

const logger = pino({ level: 'silent' });

let environment: TestEnvironment;
let open: OwnedLifecycle[];
let broker: Broker;

beforeAll(async () => {
  environment = await testEnvironment({ nats: true });
});

afterAll(() => environment.stop());

beforeEach(async () => {
  open = [];
  broker = await connect('ops');
  await broker.manager.streams.add({ name: 'SCHEDULE', subjects: ['schedule.>'] });
});

afterEach(async () => {
  await broker.manager.streams.delete('SCHEDULE');
  for (const lifecycle of open) await lifecycle.shutdown();
});

function connect(name: NatsUser): Promise<Broker> {
  const lifecycle = createLifecycle(logger);
  open.push(lifecycle);
  const { user, pass } = natsSignIn(name);
  const config = readConfig(BrokerConfig, { ...environment.env, NATS_USER: user, NATS_PASSWORD: pass });
  return connectBroker({ config, name, logger, lifecycle }).connected();
}

async function publish(to: Broker, subject: string, id: string): Promise<number> {
  return (await to.publish({ id, subject, payload: '{}', traceparent: undefined })).sequence;
}

const many = Array.from({ length: 500 }, (_, index) => index + 1);

test('each publish returns its sequence, a duplicate the original one', async () => {
  const sequences = await Promise.all(many.map((id) => publish(broker, 'schedule.proposed', String(id))));
  expect(sequences).toEqual(many);
  expect(await publish(broker, 'schedule.proposed', '7')).toBe(7);
});

test('a refused message gets its reason and does not affect others', async () => {
  await broker.manager.streams.update('SCHEDULE', { max_msg_size: 300 });
  const outcomes = await Promise.allSettled([
    publish(broker, 'schedule.proposed', 'an id that makes the message too long'.padEnd(300, '.')),
    publish(broker, 'payout.paid', 'b'),
    publish(broker, 'schedule.proposed', 'c'),
  ]);
  expect(outcomes).toEqual([
    { status: 'rejected', reason: expect.any(JetStreamApiError) },
    { status: 'rejected', reason: new Error('No stream accepts payout.paid') },
    { status: 'fulfilled', value: 1 },
  ]);
});

test('a publish without permission is refused at once', async () => {
  const scheduling = await connect('scheduling');
  const [forbidden, allowed] = await Promise.allSettled([
    publish(scheduling, 'payout.paid', 'a'),
    publish(scheduling, 'schedule.proposed', 'b'),
  ]);
  expect(forbidden).toEqual({ status: 'rejected', reason: expect.any(PermissionViolationError) });
  expect(allowed).toEqual({ status: 'fulfilled', value: 1 });
});

test('an unacknowledged publish times out after five seconds', async () => {
  const start = performance.now();
  broker.connection.subscribe('silent.>', { callback: () => undefined });
  const other = await connect('ops');
  const first = publish(other, 'silent.a', 'a').catch((error: unknown) => error);
  const second = new Promise((resolve) => setTimeout(resolve, 1_000))
    .then(() => publish(other, 'silent.b', 'b'))
    .catch((error: unknown) => error);

  expect(await first).toEqual(new Error('No stream acknowledged silent.a in time'));
  const firstMs = performance.now() - start;
  expect(await second).toEqual(new Error('No stream acknowledged silent.b in time'));
  const secondMs = performance.now() - start;
  // Timers round to whole milliseconds, and a busy loop starts them from a moment before.
  expect(firstMs).toBeGreaterThan(4_900);
  expect(secondMs).toBeGreaterThan(5_900);
  expect(await publish(other, 'schedule.proposed', 'c')).toBeGreaterThan(0);
}, 15_000);

test('pending publishes are refused at once when the connection closes', async () => {
  broker.connection.subscribe('silent.>', { callback: () => undefined });
  const other = await connect('ops');
  const onItsWay = publish(other, 'silent.a', 'a').catch((error: unknown) => error);
  await other.connection.flush();
  await other.connection.close();
  expect(await onItsWay).toBeInstanceOf(ClosedConnectionError);
  await expect(publish(other, 'schedule.proposed', 'b')).rejects.toThrow(ClosedConnectionError);
});
