import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy } from '@nats-io/jetstream';
import { headers, nanos } from '@nats-io/transport-node';
import { metrics } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { type CloudEvent, readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { type TestEnvironment, testEnvironment } from '@punctual/devstack';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  type Broker,
  BrokerConfig,
  connectBroker,
  declareStreams,
  publishEvent,
  type Received,
  readConfig,
  startConsumer,
} from '../src/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';
import { enableTraceContext } from '../src/telemetry/trace-context.ts';

let lines: string[] = [];
const logged = () => lines;
const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
const example = scheduleEvents['schedule.proposed'].example;
const streams = ['SCHEDULE', 'DLQ', 'REPLAY', 'ADVISORY'] as const;
const patiently = { timeout: 10_000, interval: 20 };

let environment: TestEnvironment;
let publisher: OwnedLifecycle;
let broker: Broker;
let open: OwnedLifecycle[];

beforeAll(async () => {
  enableTraceContext();
  environment = await testEnvironment({ nats: true });
  const one = instance();
  publisher = one.lifecycle;
  broker = await one.broker.connected();
});

afterAll(async () => {
  await publisher.shutdown();
  await environment.stop();
});

beforeEach(async () => {
  open = [];
  lines = [];
  for (const stream of streams) await broker.manager.streams.delete(stream).catch(() => {});
  await declareStreams(broker, streams);
});

afterEach(async () => {
  for (const lifecycle of open) await lifecycle.shutdown();
});

function instance() {
  const lifecycle = createLifecycle(logger);
  const handle = connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle });
  return { lifecycle, logger, broker: handle };
}

type Options = {
  handle: (messages: readonly Received<CloudEvent>[]) => Promise<void>;
  ackWaitMs?: number;
  maxDeliveries?: number;
};

/** An instance of a service with a consumer of the schedule. */
function consumer(durable: string, options: Options) {
  const one = instance();
  open.push(one.lifecycle);
  startConsumer<CloudEvent>(one, {
    stream: 'SCHEDULE',
    durable,
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    ...options,
  });
  return one.lifecycle;
}

/** A handler that remembers the batches of sequences that it was given. */
function recorder() {
  const batches: number[][] = [];
  const handle = async (messages: readonly Received<CloudEvent>[]) => void batches.push(sequences(messages));
  return { batches, handle, handled: () => batches.flat() };
}

const sequences = (messages: readonly Received<CloudEvent>[]) => messages.map(({ event }) => Number(event.sequence));

function eventOf(version: number): CloudEvent {
  const id = `01936f2a-7c10-7000-8000-${String(version).padStart(12, '0')}`;
  return { ...example, id, sequence: String(version).padStart(10, '0') };
}

async function publish(from: number, to = from): Promise<void> {
  for (let version = from; version <= to; version += 1) await publishEvent(broker, eventOf(version));
}

/** Waits until a durable has nothing left to do. */
const settled = (durable: string, stream = 'SCHEDULE') =>
  vi.waitFor(async () => {
    const { num_pending, num_ack_pending } = await broker.manager.consumers.info(stream, durable);
    expect([num_pending, num_ack_pending]).toEqual([0, 0]);
  }, patiently);

/** Waits until an instance has so many messages and has not acknowledged them. */
const inHand = (durable: string, count: number) =>
  vi.waitFor(async () => {
    expect((await broker.manager.consumers.info('SCHEDULE', durable)).num_ack_pending).toBe(count);
  }, patiently);

async function letters() {
  const { state } = await broker.manager.streams.info('DLQ');
  const all = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const letter = await broker.manager.streams.getMessage('DLQ', { seq });
    if (letter) all.push(letter);
  }
  return all;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('a backlog is handled in batches, in order', async () => {
  await publish(1, 500);
  const go = Promise.withResolvers<void>();
  const { batches, handle, handled } = recorder();
  consumer('batches', { handle: (messages) => go.promise.then(() => handle(messages)) });
  // More than the first message has been sent by now, however slow the machine is.
  await vi.waitFor(async () => {
    expect((await broker.manager.consumers.info('SCHEDULE', 'batches')).num_ack_pending).toBeGreaterThan(10);
  }, patiently);

  go.resolve();
  await settled('batches');

  expect(handled()).toEqual(range(1, 500));
  const largest = Math.max(...batches.map((batch) => batch.length));
  expect(largest).toBeGreaterThan(1);
  expect(largest).toBeLessThanOrEqual(200);
});

test('an event that is there twice is handed over once in a batch, and both are acknowledged', async () => {
  const go = Promise.withResolvers<void>();
  const { batches, handle } = recorder();
  consumer('twice', { handle: (messages) => go.promise.then(() => handle(messages)) });
  await publish(1);
  await inHand('twice', 1);
  for (const event of [eventOf(2), eventOf(3), eventOf(2)]) {
    await broker.jetstream.publish(event.type, JSON.stringify(event));
  }
  await inHand('twice', 4);

  go.resolve();
  await settled('twice');

  expect(batches).toEqual([[1], [2, 3]]);
});

test('a poisoned event becomes a dead letter, and keeps none of its neighbours', async () => {
  await publish(1, 50);
  const { handle, handled } = recorder();
  consumer('poison', {
    maxDeliveries: 2,
    handle: async (messages) => {
      if (sequences(messages).includes(7)) throw new Error('poison');
      await handle(messages);
    },
  });

  await vi.waitFor(() => expect(handled().toSorted((a, b) => a - b)).toEqual(range(1, 50).toSpliced(6, 1)), patiently);
  await settled('poison');

  expect((await letters()).map((letter) => letter.json<CloudEvent>().sequence)).toEqual(['0000000007']);
});

test('an event that was delivered in vain while a server was unavailable gets its tries afterwards', async () => {
  await broker.manager.consumers.add('SCHEDULE', { durable_name: 'in-vain', ack_policy: AckPolicy.Explicit });
  await publish(1);
  const before = await broker.jetstream.consumers.get('SCHEDULE', 'in-vain');
  for (let delivery = 1; delivery <= 9; delivery += 1) (await before.next())?.nak();
  const { handle, handled } = recorder();
  let tries = 0;
  consumer('in-vain', {
    handle: async (messages) => {
      tries += 1;
      if (tries < 3) throw Object.assign(new Error('not yet'), { code: '23503' });
      await handle(messages);
    },
    maxDeliveries: 8,
  });

  await vi.waitFor(() => expect(tries).toBe(1), patiently);
  await vi.waitFor(() => expect(handled()).toEqual([1]), { timeout: 20_000, interval: 100 });
  expect((await broker.manager.streams.info('DLQ')).state.messages).toBe(0);
}, 30_000);

test('a server that is away is waited for: nothing is delivered again, and the order is kept', async () => {
  await publish(1, 3);
  const { handle, handled } = recorder();
  let tries = 0;
  consumer('away', {
    handle: async (messages) => {
      tries += 1;
      if (tries < 3) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      await handle(messages);
    },
  });

  await settled('away');

  expect(handled()).toEqual([1, 2, 3]);
  const { delivered } = await broker.manager.consumers.info('SCHEDULE', 'away');
  expect(delivered.consumer_seq).toBe(3);
});

test('each event of a batch continues its own trace', async () => {
  const trace = (digit: string) => digit.repeat(32);
  for (const [index, digit] of ['a', 'b'].entries()) {
    const header = headers();
    header.set('traceparent', `00-${trace(digit)}-00f067aa0ba902b7-00`);
    await broker.jetstream.publish('schedule.proposed', JSON.stringify(eventOf(index + 1)), { headers: header });
  }
  const traces: (string | undefined)[] = [];
  consumer('traces', {
    handle: async (messages) => void traces.push(...messages.map(({ traceparent }) => traceparent?.split('-')[1])),
  });

  await settled('traces');

  expect(traces).toEqual([trace('a'), trace('b')]);
});

test('what is replayed to a consumer is handled by it, and by no other', async () => {
  const mine = recorder();
  const others = recorder();
  consumer('mine', { handle: mine.handle });
  consumer('others', { handle: others.handle });
  const header = headers();
  header.set('Punctual-Replay', 'mine');
  await broker.jetstream.publish('replay.mine', JSON.stringify(eventOf(9)), { headers: header });

  await vi.waitFor(() => expect(mine.handled()).toEqual([9]), patiently);
  await settled('mine', 'REPLAY');
  await settled('others', 'REPLAY');

  expect(others.handled()).toEqual([]);
});

test('a handler that is slower than the ack wait gets its events once, and those behind it as well', async () => {
  await publish(1);
  const { handle, handled } = recorder();
  consumer('slow', {
    ackWaitMs: 500,
    handle: async (messages) => {
      if (handled().length === 0) await publish(2, 3);
      await delay(1_500);
      await handle(messages);
    },
  });

  await vi.waitFor(() => expect(handled()).toEqual([1, 2, 3]), patiently);
  await settled('slow');

  const { delivered } = await broker.manager.consumers.info('SCHEDULE', 'slow');
  expect(delivered.consumer_seq).toBe(3);
});

test('a service that stops finishes the batch in hand and gives back the rest', async () => {
  await publish(1);
  const finish = Promise.withResolvers<void>();
  const first = recorder();
  const stopping = consumer('drain', {
    ackWaitMs: 60_000,
    handle: async (messages) => {
      await finish.promise;
      await first.handle(messages);
    },
  });
  await inHand('drain', 1);
  await publish(2, 5);
  await inHand('drain', 5);

  const stopped = stopping.shutdown();
  finish.resolve();
  await stopped;
  const second = recorder();
  consumer('drain', { ackWaitMs: 60_000, handle: second.handle });
  await settled('drain');

  expect([first.handled(), second.handled().toSorted()]).toEqual([[1], [2, 3, 4, 5]]);
});

test('a consumer that was deleted by hand is made again, and so is the stream under it', async () => {
  await publish(1);
  const { handle, handled } = recorder();
  consumer('again', { handle });
  await vi.waitFor(() => expect(handled()).toEqual([1]), patiently);

  await broker.manager.consumers.delete('SCHEDULE', 'again');
  await vi.waitFor(() => expect(handled()).toEqual([1, 1]), patiently);

  await broker.manager.streams.delete('SCHEDULE');
  await declareStreams(broker, ['SCHEDULE']);
  await publish(2);
  await vi.waitFor(() => expect(handled()).toEqual([1, 1, 2]), patiently);
});

test('what JetStream gives up on, by a foreign configuration or by hand, becomes a dead letter', async () => {
  const { manager } = broker;
  await manager.consumers.add('SCHEDULE', {
    durable_name: 'foreign',
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(100),
    max_deliver: 1,
  });
  await publish(1, 2);
  const foreign = await broker.jetstream.consumers.get('SCHEDULE', 'foreign');
  const [given, terminated] = [await foreign.next(), await foreign.next()];
  terminated?.term('by hand');
  await vi.waitFor(async () => expect((await manager.streams.info('ADVISORY')).state.messages).toBe(2), patiently);
  expect(given?.seq).toBe(1);

  consumer('foreign', recorder());

  await vi.waitFor(async () => expect(await letters()).toHaveLength(2), patiently);
  const found = (await letters()).map(({ subject, header }) => [
    subject,
    header.get('Dlq-Sequence'),
    header.get('Dlq-Reason'),
    header.get('Dlq-Consumer'),
    header.get('Content-Type'),
  ]);
  const type = 'application/cloudevents+json';
  expect(found.toSorted()).toEqual([
    ['dlq.foreign', '1', 'JetStream gave up after 1 delivery', 'foreign', type],
    ['dlq.foreign', '2', 'terminated: by hand', 'foreign', type],
  ]);
});

test('its own dead letter is kept once, even when the stream has forgotten its id', async () => {
  await broker.manager.streams.update('DLQ', { duplicate_window: nanos(100) });
  await broker.jetstream.publish('schedule.proposed', 'not json');
  await publish(1);
  const { handle, handled } = recorder();
  // The advisories are read only after the stream has forgotten.
  await broker.manager.streams.delete('ADVISORY');
  await broker.manager.streams.add({ name: 'LATER', subjects: ['$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>'] });
  consumer('own', { handle });
  await vi.waitFor(async () => expect(await letters()).toHaveLength(1), patiently);
  await vi.waitFor(async () => expect((await broker.manager.streams.info('LATER')).state.messages).toBe(1), patiently);
  const advisory = await broker.manager.streams.getMessage('LATER', { seq: 1 });
  await broker.manager.streams.delete('LATER');
  await declareStreams(broker, ['ADVISORY']);
  await delay(200);
  await broker.jetstream.publish(advisory?.subject ?? '', advisory?.data);

  await vi.waitFor(() => expect(handled()).toEqual([1]), patiently);
  await settled('own', 'ADVISORY');
  await vi.waitFor(async () => {
    expect((await broker.manager.consumers.info('ADVISORY', 'own')).ack_floor.stream_seq).toBe(1);
  }, patiently);

  expect(await letters()).toHaveLength(1);
});

test('a dead letter waits while the DLQ is missing', async () => {
  const { handle, handled } = recorder();
  consumer('homeless', { handle });
  await publish(1);
  await vi.waitFor(() => expect(handled()).toEqual([1]), patiently);
  await broker.manager.streams.delete('DLQ');

  await broker.jetstream.publish('schedule.proposed', 'not json');
  await vi.waitFor(() => expect(logged()).toContain('a dead letter could not be kept'), patiently);
  await declareStreams(broker, ['DLQ']);

  await vi.waitFor(async () => expect(await letters()).toHaveLength(1), patiently);
  await settled('homeless');
}, 30_000);

test('a consumer whose stream is missing says so once, creates nothing, and goes on when it is there', async () => {
  const { handle, handled } = recorder();
  await broker.manager.streams.delete('SCHEDULE');
  consumer('waiting', { handle });
  const missing = () => logged().filter((line) => line.startsWith('The stream is missing'));
  await vi.waitFor(() => expect(missing()).toHaveLength(1), patiently);
  await delay(2_500);
  expect(missing()).toHaveLength(1);
  await expect(broker.manager.streams.info('SCHEDULE')).rejects.toThrow('stream not found');

  await declareStreams(broker, ['SCHEDULE']);
  await publish(1);

  await vi.waitFor(() => expect(handled()).toEqual([1]), patiently);
  expect(logged()).toContain('The stream is there');
}, 30_000);

test('a letter from a stream that was rebuilt is not taken for one from before', async () => {
  const lettersAre = (count: number) => vi.waitFor(async () => expect(await letters()).toHaveLength(count), patiently);
  consumer('rebuilt', recorder());
  await broker.jetstream.publish('schedule.proposed', 'not json');
  await lettersAre(1);
  await broker.manager.streams.delete('SCHEDULE');
  await declareStreams(broker, ['SCHEDULE']);

  await broker.jetstream.publish('schedule.proposed', 'not json either');

  await lettersAre(2);
  expect((await letters()).map(({ header }) => header.get('Dlq-Sequence'))).toEqual(['1', '1']);
});

test('metrics say what became of the events, how late, and how many wait', async () => {
  const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
  const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));
  await publish(1, 2);
  await broker.jetstream.publish('schedule.proposed', 'not json');
  await broker.jetstream.publish('schedule.invented', '{"type":"schedule.invented"}');
  consumer('measured', recorder());
  await settled('measured');

  await reader.forceFlush();
  const collected = [...exporter.getMetrics()];
  metrics.disable();
  await reader.shutdown();

  const points = collected
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    .flatMap(({ descriptor, dataPoints }) => dataPoints.map((point) => ({ name: descriptor.name, ...point })))
    .filter(({ attributes }) => attributes.consumer === 'measured' && attributes.stream === 'SCHEDULE');
  const of = (name: string) => points.filter((point) => point.name === name);
  expect(
    of('punctual.consumer.handled')
      .map(({ attributes, value }) => [attributes.outcome, value])
      .toSorted(),
  ).toEqual([
    ['applied', 2],
    ['dead', 1],
    ['unknown', 1],
  ]);
  expect(of('punctual.consumer.latency').map(({ value }) => value)).toEqual([expect.objectContaining({ count: 2 })]);
  expect(of('punctual.consumer.pending').map(({ value }) => value)).toEqual([0]);
});
