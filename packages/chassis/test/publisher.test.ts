import { JetStreamApiError } from '@nats-io/jetstream';
import { ClosedConnectionError, headers, PermissionViolationError } from '@nats-io/transport-node';
import { type NatsUser, natsSignIn, type TestEnvironment, testEnvironment } from '@punctual/devstack';
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

function publish({ publisher }: Broker, subject: string, id: string): Promise<number> {
  const outgoing = headers();
  outgoing.set('Nats-Msg-Id', id);
  return publisher.publish(subject, '{}', outgoing);
}

const many = Array.from({ length: 500 }, (_, index) => index + 1);

test('each message hears where its stream has it; one that was there already, where it was', async () => {
  const sequences = await Promise.all(many.map((id) => publish(broker, 'schedule.proposed', String(id))));
  expect(sequences).toEqual(many);
  expect(await publish(broker, 'schedule.proposed', '7')).toBe(7);
});

test('what is refused says why, and nothing else is refused for it', async () => {
  await broker.manager.streams.update('SCHEDULE', { max_msg_size: 40 });
  const outcomes = await Promise.allSettled([
    publish(broker, 'schedule.proposed', 'an id that makes the message too long'),
    publish(broker, 'payout.paid', 'b'),
    publish(broker, 'schedule.proposed', 'c'),
  ]);
  expect(outcomes).toEqual([
    { status: 'rejected', reason: expect.any(JetStreamApiError) },
    { status: 'rejected', reason: new Error('no stream takes payout.paid') },
    { status: 'fulfilled', value: 1 },
  ]);
});

test('what this user may not publish is refused at once', async () => {
  const scheduling = await connect('scheduling');
  const [forbidden, allowed] = await Promise.allSettled([
    publish(scheduling, 'payout.paid', 'a'),
    publish(scheduling, 'schedule.proposed', 'b'),
  ]);
  expect(forbidden).toEqual({ status: 'rejected', reason: expect.any(PermissionViolationError) });
  expect(allowed).toEqual({ status: 'fulfilled', value: 1 });
});

test('what nobody answers for is given up after five seconds, each in its time', async () => {
  const start = performance.now();
  broker.connection.subscribe('silent.>', { callback: () => undefined });
  const other = await connect('ops');
  const first = publish(other, 'silent.a', 'a').catch((error: unknown) => error);
  const second = new Promise((resolve) => setTimeout(resolve, 1_000))
    .then(() => publish(other, 'silent.b', 'b'))
    .catch((error: unknown) => error);

  expect(await first).toEqual(new Error('no stream has acknowledged silent.a in time'));
  const firstMs = performance.now() - start;
  expect(await second).toEqual(new Error('no stream has acknowledged silent.b in time'));
  const secondMs = performance.now() - start;
  expect(firstMs).toBeGreaterThanOrEqual(5_000);
  expect(secondMs).toBeGreaterThanOrEqual(6_000);
  expect(await publish(other, 'schedule.proposed', 'c')).toBe(1);
}, 15_000);

test('what is on its way when the connection closes is refused at once', async () => {
  broker.connection.subscribe('silent.>', { callback: () => undefined });
  const other = await connect('ops');
  const onItsWay = publish(other, 'silent.a', 'a').catch((error: unknown) => error);
  await other.connection.flush();
  await other.connection.close();
  expect(await onItsWay).toBeInstanceOf(ClosedConnectionError);
  await expect(publish(other, 'schedule.proposed', 'b')).rejects.toThrow(ClosedConnectionError);
});
