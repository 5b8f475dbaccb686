import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Broker,
  BrokerConfig,
  connectBroker,
  readConfig,
  readStream,
  type StreamSelection,
} from '../src/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const logger = pino({ level: 'silent' });
const lifecycle = createLifecycle(logger);

let environment: TestEnvironment;
let broker: Broker;

beforeAll(async () => {
  environment = await testEnvironment({ nats: true });
  const config = readConfig(BrokerConfig, environment.env);
  broker = await connectBroker({ config, name: 'ops', logger, lifecycle }).connected();
  await broker.manager.streams.add({ name: 'MANY', subjects: ['many.>'] });
  for (let n = 1; n <= 1_200; n += 1) await broker.jetstream.publish(n % 2 ? 'many.odd' : 'many.even', String(n));
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

async function read(stream: string, selection?: StreamSelection): Promise<number[]> {
  return (await Array.fromAsync(readStream(broker, stream, selection))).map((message) => Number(message.string()));
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test('readStream yields every message in order, more than it fetches ahead', async () => {
  expect(await read('MANY')).toEqual(upTo(1_200));
});

test('readStream yields only the selected subjects and ends when the last message has another', async () => {
  expect(await read('MANY', { subjects: ['many.odd'] })).toEqual(upTo(1_200).filter((n) => n % 2));
  expect(await read('MANY', { subjects: ['many.none'] })).toEqual([]);
});

test('readStream starts at a time', async () => {
  const since = Temporal.Now.instant();
  expect(await read('MANY', { since })).toEqual([]);
  expect(await read('MANY', { since: since.subtract({ hours: 1 }) })).toHaveLength(1_200);
});

test('readStream starts at a sequence, or after the last message with nothing', async () => {
  expect(await read('MANY', { fromSequence: 1_199 })).toEqual([1_199, 1_200]);
  expect(await read('MANY', { fromSequence: 1_201 })).toEqual([]);
});

test('readStream omits payloads on request', async () => {
  const [first] = await Array.fromAsync(readStream(broker, 'MANY', { headersOnly: true }));
  expect(first?.subject).toBe('many.odd');
  expect(first?.data).toHaveLength(0);
});

test('readStream yields nothing for a missing, empty or purged stream', async () => {
  expect(await read('MISSING')).toEqual([]);
  await broker.manager.streams.add({ name: 'EMPTY', subjects: ['empty'] });
  expect(await read('EMPTY')).toEqual([]);
  await broker.jetstream.publish('empty', '1');
  await broker.manager.streams.purge('EMPTY');
  expect(await read('EMPTY')).toEqual([]);
});

test('readStream leaves no consumer behind, even when its reader stops early', async () => {
  for await (const _message of readStream(broker, 'MANY')) break;
  expect((await broker.manager.streams.info('MANY')).state.consumer_count).toBe(0);
});

test('readStream ends at the message that was last when it was called', async () => {
  const messages: string[] = [];
  for await (const message of readStream(broker, 'MANY')) {
    messages.push(message.string());
    if (messages.length <= 10) await broker.jetstream.publish('many.late', 'late');
  }
  expect(messages).toHaveLength(1_200);
});
