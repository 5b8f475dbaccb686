import { setTimeout as delay } from 'node:timers/promises';
import { readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BrokerConfig, connectBroker, declareStreams, publishEvent, readConfig, startConsumer } from '../src/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';
import { createLogger } from '../src/process/logger.ts';

/** Several attempts to connect. */
const aWhileMs = 2_500;

let environment: TestEnvironment;
const open: OwnedLifecycle[] = [];

beforeAll(async () => {
  environment = await testEnvironment({ nats: true });
});
afterEach(async () => {
  for (const lifecycle of open.splice(0)) await lifecycle.shutdown();
});
afterAll(() => environment.stop());

/** What is logged while one instance connects. */
function start(settings: Record<string, string> = {}) {
  const text: string[] = [];
  const logger = createLogger({ name: 'test', level: 'info' }, { write: (line: string) => void text.push(line) });
  const lifecycle = createLifecycle(logger);
  open.push(lifecycle);
  const config = readConfig(BrokerConfig, { ...environment.env, ...settings });
  const broker = connectBroker({ config, name: 'gateway', logger, lifecycle });
  const lines = (message: string) => text.map((line) => JSON.parse(line)).filter(({ msg }) => msg === message);
  return { broker, lines, text: () => text.join(''), deps: { broker, logger, lifecycle } };
}

test('a server never reached is logged once with address and reason, and once when reached', async () => {
  await environment.stopNats();
  const { broker, lines } = start();
  await eventually(() => expect(lines('NATS is unavailable')).not.toEqual([]));
  await delay(aWhileMs);
  expect(lines('NATS is unavailable')).toEqual([
    expect.objectContaining({
      level: 'warn',
      server: environment.natsUrl,
      err: expect.objectContaining({ message: expect.stringContaining('refused') }),
    }),
  ]);

  await environment.startNatsAgain();
  await broker.connected();

  expect(lines('NATS is available again')).toEqual([expect.objectContaining({ server: environment.natsUrl })]);
});

test('a lost server is logged once, and its return once', async () => {
  const { broker, lines } = start();
  await broker.connected();
  await environment.stopNats();
  await eventually(() => expect(lines('NATS is unavailable')).not.toEqual([]));
  await delay(aWhileMs);
  await environment.startNatsAgain();
  await eventually(() => expect(lines('NATS is available again')).not.toEqual([]));
  expect(lines('NATS is unavailable')).toHaveLength(1);
  expect(lines('NATS is available again')).toHaveLength(1);
});

test('a wrong password is logged once without the password', async () => {
  const { lines, text } = start({ NATS_USER: 'gateway', NATS_PASSWORD: 'S3cr3t' });
  await eventually(() => expect(lines('NATS is unavailable')).not.toEqual([]));
  await delay(aWhileMs);
  expect(lines('NATS is unavailable')).toEqual([
    expect.objectContaining({ err: expect.objectContaining({ type: 'AuthorizationError' }) }),
  ]);
  expect(text()).not.toContain('S3cr3t');
});

test('tls:// refuses a server without encryption', async () => {
  const { lines } = start({ NATS_URL: environment.natsUrl.replace('nats://', 'tls://') });
  await eventually(() => expect(lines('NATS is unavailable')).not.toEqual([]));
  expect(lines('NATS is unavailable')[0].err.message).toContain('tls');
  expect(lines('Connected to NATS')).toEqual([]);
});

test('a missing stream is logged once, and its creation once', async () => {
  const missing = 'Stream is missing; waiting until it is declared (ops streams apply)';
  const { broker, lines, deps } = start();
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable: 'payouts-schedule',
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: async () => {},
  });
  const ofStream = (message: string) => lines(message).filter(({ stream }) => stream === 'SCHEDULE');
  await eventually(() => expect(ofStream(missing)).not.toEqual([]));
  await delay(aWhileMs);
  await declareStreams(await broker.connected(), ['SCHEDULE']);
  await eventually(() => expect(ofStream('Stream found')).toHaveLength(1));
  expect(ofStream(missing)).toEqual([expect.objectContaining({ consumer: 'payouts-schedule' })]);
});

test("an outage of the handler's server is logged once, and its end once", async () => {
  const { broker, lines, deps } = start();
  await declareStreams(await broker.connected(), ['SCHEDULE']);
  await publishEvent(await broker.connected(), scheduleEvents['schedule.proposed'].example);
  let failures = 0;
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable: 'payouts-database',
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: async () => {
      failures += 1;
      if (failures < 5) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    },
  });
  await eventually(() => expect(lines('Handling events again')).toHaveLength(1));
  expect(lines('A server is unavailable; waiting for it')).toEqual([
    expect.objectContaining({ consumer: 'payouts-database', err: expect.objectContaining({ code: 'ECONNREFUSED' }) }),
  ]);
});

test('a stop ends the connection attempts', async () => {
  const { lines } = start({ NATS_URL: 'nats://127.0.0.1:1' });
  await eventually(() => expect(lines('NATS is unavailable')).not.toEqual([]));
  await open[0]?.shutdown();
  expect(lines('Resource could not be released')).toEqual([]);
});
