import { setTimeout as delay } from 'node:timers/promises';
import { readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { type TestEnvironment, testEnvironment } from '@punctual/devstack';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { BrokerConfig, connectBroker, declareStreams, publishEvent, readConfig, startConsumer } from '../src/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';
import { createLogger } from '../src/process/logger.ts';

/** Several attempts to connect. */
const aWhileMs = 2_500;
const patience = { timeout: 20_000 };

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

test('a server that was never reached is logged once, with where and why, and once when it is there', async () => {
  await environment.stopNats();
  const { broker, lines } = start();
  await vi.waitFor(() => expect(lines('NATS is away')).not.toEqual([]), patience);
  await delay(aWhileMs);
  expect(lines('NATS is away')).toEqual([
    expect.objectContaining({
      level: 'warn',
      server: environment.natsUrl,
      err: expect.objectContaining({ message: expect.stringContaining('refused') }),
    }),
  ]);

  await environment.startNatsAgain();
  await broker.connected();

  expect(lines('NATS is back')).toEqual([expect.objectContaining({ server: environment.natsUrl })]);
});

test('one that goes away is logged once, and once when it is back', async () => {
  const { broker, lines } = start();
  await broker.connected();
  await environment.stopNats();
  await vi.waitFor(() => expect(lines('NATS is away')).not.toEqual([]), patience);
  await delay(aWhileMs);
  await environment.startNatsAgain();
  await vi.waitFor(() => expect(lines('NATS is back')).not.toEqual([]), patience);
  expect(lines('NATS is away')).toHaveLength(1);
  expect(lines('NATS is back')).toHaveLength(1);
});

test('a wrong password is logged once as what it is, and not shown', async () => {
  const { lines, text } = start({ NATS_USER: 'gateway', NATS_PASSWORD: 'S3cr3t' });
  await vi.waitFor(() => expect(lines('NATS is away')).not.toEqual([]), patience);
  await delay(aWhileMs);
  expect(lines('NATS is away')).toEqual([
    expect.objectContaining({ err: expect.objectContaining({ type: 'AuthorizationError' }) }),
  ]);
  expect(text()).not.toContain('S3cr3t');
});

test('tls:// is not satisfied with a server that does not encrypt', async () => {
  const { lines } = start({ NATS_URL: environment.natsUrl.replace('nats://', 'tls://') });
  await vi.waitFor(() => expect(lines('NATS is away')).not.toEqual([]), patience);
  expect(lines('NATS is away')[0].err.message).toContain('tls');
  expect(lines('connected to NATS')).toEqual([]);
});

test('a stream that is missing is logged once, and once when it is there', async () => {
  const missing = 'The stream is missing; waiting until it is declared (ops streams apply)';
  const { broker, lines, deps } = start();
  startConsumer(deps, {
    stream: 'SCHEDULE',
    durable: 'payouts-schedule',
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: async () => {},
  });
  const ofStream = (message: string) => lines(message).filter(({ stream }) => stream === 'SCHEDULE');
  await vi.waitFor(() => expect(ofStream(missing)).not.toEqual([]), patience);
  await delay(aWhileMs);
  await declareStreams(await broker.connected(), ['SCHEDULE']);
  await vi.waitFor(() => expect(ofStream('The stream is there')).toHaveLength(1), patience);
  expect(ofStream(missing)).toEqual([expect.objectContaining({ consumer: 'payouts-schedule' })]);
});

test('a server that the handler needs is logged once when it goes away, and once when it is back', async () => {
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
  await vi.waitFor(() => expect(lines('handling events again')).toHaveLength(1), patience);
  expect(lines('a server is unavailable; waiting for it')).toEqual([
    expect.objectContaining({ consumer: 'payouts-database', err: expect.objectContaining({ code: 'ECONNREFUSED' }) }),
  ]);
});

test('a stop ends the attempts', async () => {
  const { lines } = start({ NATS_URL: 'nats://127.0.0.1:1' });
  await vi.waitFor(() => expect(lines('NATS is away')).not.toEqual([]), patience);
  await open[0]?.shutdown();
  expect(lines('could not be released')).toEqual([]);
});
