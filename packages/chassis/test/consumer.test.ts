import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { AckPolicy } from '@nats-io/jetstream';
import { headers, nanos } from '@nats-io/transport-node';
import { metrics } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { type CloudEvent, readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { eventually, type TestEnvironment, testEnvironment, untilConsumed } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
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

let environment: TestEnvironment;
let publisher: OwnedLifecycle;
let broker: Broker;
let open: ReturnType<typeof instance>[];

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
  for (const { lifecycle } of open) await lifecycle.shutdown();
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
  open.push(one);
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

/** As ops has an event delivered again, to one consumer. */
async function replay(durable: string, version: number): Promise<void> {
  const header = headers();
  header.set('Punctual-Replay', durable);
  await broker.jetstream.publish(`replay.${durable}`, JSON.stringify(eventOf(version)), { headers: header });
}

/** Waits until a durable has nothing left to do. */
const settled = (durable: string, stream = 'SCHEDULE') => untilConsumed(broker, stream, durable);

/** Waits until the instances hold this many unacknowledged messages. */
async function inHand(durable: string, count: number): Promise<void> {
  await eventually(async () => {
    expect((await broker.manager.consumers.info('SCHEDULE', durable)).num_ack_pending).toBe(count);
  });
  // The server has sent them; after a flush they have also arrived.
  for (const one of open) await (await one.broker.connected()).connection.flush();
  await setImmediate();
}

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
  // A first fetch is this large, since the size of messages is not known yet.
  await inHand('batches', 16);

  go.resolve();
  await settled('batches');

  expect(handled()).toEqual(range(1, 500));
  const largest = Math.max(...batches.map((batch) => batch.length));
  expect(largest).toBeGreaterThan(1);
  expect(largest).toBeLessThanOrEqual(200);
});

test('a duplicate in a batch is handled once and both copies acknowledged', async () => {
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

test('a poisoned event is dead-lettered and its neighbours are handled', async () => {
  await publish(1, 50);
  const { handle, handled } = recorder();
  consumer('poison', {
    maxDeliveries: 2,
    handle: async (messages) => {
      if (sequences(messages).includes(7)) throw new Error('poison');
      await handle(messages);
    },
  });

  await eventually(() => expect(handled().toSorted((a, b) => a - b)).toEqual(range(1, 50).toSpliced(6, 1)));
  await settled('poison');

  expect((await letters()).map((letter) => letter.json<CloudEvent>().sequence)).toEqual(['0000000007']);
});

test('an event that its handler refuses is dead-lettered and its neighbours are acknowledged', async () => {
  await publish(1, 50);
  const { handle, handled } = recorder();
  const one = instance();
  open.push(one);
  startConsumer<CloudEvent>(one, {
    ...{ stream: 'SCHEDULE', durable: 'refusing', subjects: ['schedule.>'], read: readScheduleEvent },
    handle: async (messages) => {
      await handle(messages);
      return messages
        .filter(({ event }) => Number(event.sequence) === 7)
        .map(({ event: { id } }) => ({ id, cause: 'contradiction', reason: 'contradicts version 7' }));
    },
  });
  await settled('refusing');

  expect(handled()).toEqual(range(1, 50));
  expect((await letters()).map(({ header }) => [header.get('Dlq-Sequence'), header.get('Dlq-Reason')])).toEqual([
    ['7', 'contradicts version 7'],
  ]);
});

test('deliveries during an outage do not count as attempts', async () => {
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

  await eventually(() => expect(tries).toBe(1));
  await eventually(() => expect(handled()).toEqual([1]));
  expect((await broker.manager.streams.info('DLQ')).state.messages).toBe(0);
});

test('an outage pauses the consumer without redelivery and keeps the order', async () => {
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

test('a replayed event is handled only by its target consumer', async () => {
  const mine = recorder();
  const others = recorder();
  consumer('mine', { handle: mine.handle });
  consumer('others', { handle: others.handle });
  await replay('mine', 9);

  await eventually(() => expect(mine.handled()).toEqual([9]));
  await settled('mine', 'REPLAY');
  await settled('others', 'REPLAY');

  expect(others.handled()).toEqual([]);
});

test('a handler slower than the ack wait gets each event once', async () => {
  await publish(1);
  const { handle, handled } = recorder();
  consumer('slow', {
    // Long enough that a pause of the whole process is not taken for its death.
    ackWaitMs: 2_000,
    handle: async (messages) => {
      if (handled().length === 0) await publish(2, 3);
      await delay(4_500);
      await handle(messages);
    },
  });

  await eventually(() => expect(handled()).toEqual([1, 2, 3]));
  await settled('slow');

  const { delivered } = await broker.manager.consumers.info('SCHEDULE', 'slow');
  expect(delivered.consumer_seq).toBe(3);
});

test('a stopping service finishes its batch and returns the rest', async () => {
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

test('a deleted consumer and its deleted stream are created again', async () => {
  await publish(1);
  const { handle, handled } = recorder();
  consumer('again', { handle });
  await eventually(() => expect(handled()).toEqual([1]));

  await broker.manager.consumers.delete('SCHEDULE', 'again');
  await eventually(() => expect(handled()).toEqual([1, 1]));

  await broker.manager.streams.delete('SCHEDULE');
  await declareStreams(broker, ['SCHEDULE']);
  await publish(2);
  await eventually(() => expect(handled()).toEqual([1, 1, 2]));
});

test('a message JetStream gives up on is dead-lettered', async () => {
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
  await eventually(async () => expect((await manager.streams.info('ADVISORY')).state.messages).toBe(2));
  expect(given?.seq).toBe(1);

  consumer('foreign', recorder());

  await eventually(async () => expect(await letters()).toHaveLength(2));
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

test('a dead letter is stored once even after its deduplication window', async () => {
  await broker.manager.streams.update('DLQ', { duplicate_window: nanos(100) });
  await broker.jetstream.publish('schedule.proposed', 'not json');
  await publish(1);
  const { handle, handled } = recorder();
  // The advisories are read only after the stream has forgotten.
  await broker.manager.streams.delete('ADVISORY');
  await broker.manager.streams.add({ name: 'LATER', subjects: ['$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>'] });
  consumer('own', { handle });
  await eventually(async () => expect(await letters()).toHaveLength(1));
  await eventually(async () => expect((await broker.manager.streams.info('LATER')).state.messages).toBe(1));
  const advisory = await broker.manager.streams.getMessage('LATER', { seq: 1 });
  await broker.manager.streams.delete('LATER');
  await declareStreams(broker, ['ADVISORY']);
  await delay(200);
  await broker.jetstream.publish(advisory?.subject ?? '', advisory?.data);

  await eventually(() => expect(handled()).toEqual([1]));
  await settled('own', 'ADVISORY');
  await eventually(async () => {
    expect((await broker.manager.consumers.info('ADVISORY', 'own')).ack_floor.stream_seq).toBe(1);
  });

  expect(await letters()).toHaveLength(1);
});

test('a dead letter waits while the DLQ is missing', async () => {
  const { handle, handled } = recorder();
  consumer('homeless', { handle });
  await publish(1);
  await eventually(() => expect(handled()).toEqual([1]));
  await broker.manager.streams.delete('DLQ');

  await broker.jetstream.publish('schedule.proposed', 'not json');
  await eventually(() => expect(logged()).toContain('Dead letter could not be stored'));
  await declareStreams(broker, ['DLQ']);

  await eventually(async () => expect(await letters()).toHaveLength(1));
  await settled('homeless');
});

test('a missing stream is logged once and the consumer resumes when it exists', async () => {
  const { handle, handled } = recorder();
  await broker.manager.streams.delete('SCHEDULE');
  consumer('waiting', { handle });
  const missing = () => logged().filter((line) => line.startsWith('Stream is missing'));
  await eventually(() => expect(missing()).toHaveLength(1));
  await delay(2_500);
  expect(missing()).toHaveLength(1);
  await expect(broker.manager.streams.info('SCHEDULE')).rejects.toThrow('stream not found');

  await declareStreams(broker, ['SCHEDULE']);
  await publish(1);

  await eventually(() => expect(handled()).toEqual([1]));
  expect(logged()).toContain('Stream found');
});

test('a dead letter from a rebuilt stream is not taken for an older one', async () => {
  const lettersAre = (count: number) => eventually(async () => expect(await letters()).toHaveLength(count));
  consumer('rebuilt', recorder());
  await broker.jetstream.publish('schedule.proposed', 'not json');
  await lettersAre(1);
  await broker.manager.streams.delete('SCHEDULE');
  await declareStreams(broker, ['SCHEDULE']);

  await broker.jetstream.publish('schedule.proposed', 'not json either');

  await lettersAre(2);
  expect((await letters()).map(({ header }) => header.get('Dlq-Sequence'))).toEqual(['1', '1']);
});

test('metrics count outcomes, lag and backlog', async () => {
  const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
  const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));
  await publish(1, 2);
  await broker.jetstream.publish('schedule.proposed', 'not json');
  await broker.jetstream.publish('schedule.invented', '{"type":"schedule.invented"}');
  await replay('measured', 3);
  consumer('measured', recorder());
  await settled('measured');
  await settled('measured', 'REPLAY');

  await reader.forceFlush();
  const collected = [...exporter.getMetrics()];
  metrics.disable();
  await reader.shutdown();

  const all = collected
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    .flatMap(({ descriptor, dataPoints }) => dataPoints.map((point) => ({ name: descriptor.name, ...point })))
    .filter(({ attributes }) => attributes.consumer === 'measured');
  const of = (name: string, stream = 'SCHEDULE') =>
    all.filter((point) => point.name === name && point.attributes.stream === stream);
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
  expect(of('punctual.consumer.handled', 'REPLAY').map(({ value }) => value)).toEqual([1]);
  expect(of('punctual.consumer.latency', 'REPLAY')).toEqual([]);
  expect(of('punctual.consumer.pending').map(({ value }) => value)).toEqual([0]);
});
