import { headers } from '@nats-io/transport-node';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type CloudEvent, readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Broker,
  BrokerConfig,
  connectBroker,
  declareStreams,
  inSpan,
  publishEvent,
  readConfig,
  startConsumer,
} from '../src/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';
import { guardSpans } from '../src/telemetry/guard-spans.ts';
import { enableTraceContext, linkSpanTo } from '../src/telemetry/trace-context.ts';

const exporter = new InMemorySpanExporter();
const logger = pino({ level: 'silent' });
const lifecycle = createLifecycle(logger);
const example = scheduleEvents['schedule.proposed'].example;

let environment: TestEnvironment;
let broker: Broker;
/** Called with each batch; throws what it should. */
let handle: (events: readonly CloudEvent[]) => Promise<void>;

beforeAll(async () => {
  enableTraceContext();
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  guardSpans();
  environment = await testEnvironment({ nats: true });
  const deps = {
    logger,
    lifecycle,
    broker: connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle }),
  };
  broker = await deps.broker.connected();
  await declareStreams(broker, ['SCHEDULE', 'DLQ', 'REPLAY', 'ADVISORY']);
  handle = async () => undefined;
  startConsumer<CloudEvent>(deps, {
    stream: 'SCHEDULE',
    durable: 'test-spans',
    subjects: ['schedule.>'],
    read: readScheduleEvent,
    handle: (messages) => handle(messages.map(({ event }) => event)),
  });
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment?.stop();
});

beforeEach(() => {
  handle = async () => undefined;
});

function eventOf(version: number): CloudEvent {
  const id = `01936f2a-7c10-7000-8000-${String(version).padStart(12, '0')}`;
  return { ...example, id, sequence: String(version).padStart(10, '0') };
}

const named = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);
const processed = (id: string) =>
  exporter
    .getFinishedSpans()
    .filter(({ name, attributes }) => name.startsWith('process') && attributes['messaging.message.id'] === id);
const failures = () =>
  exporter
    .getFinishedSpans()
    .flatMap(({ name, events }) => events.filter((event) => event.name === 'exception').map(() => name));

test('a batch is a trace of its own that links to each message', async () => {
  const first = Promise.withResolvers<void>();
  handle = () => first.promise;
  await publishEvent(broker, eventOf(1));
  for (const version of [2, 3, 4]) await publishEvent(broker, eventOf(version));
  await eventually(async () => {
    const { num_pending: pending } = await broker.manager.consumers.info('SCHEDULE', 'test-spans');
    expect(pending).toBe(0);
  });
  first.resolve();
  await eventually(() => expect(named('process schedule.proposed')).toHaveLength(4));
  const batches = named('process test-spans');
  const inBatches = batches.reduce((sum, span) => sum + Number(span.attributes['messaging.batch.message_count']), 0);
  expect(inBatches).toBeGreaterThanOrEqual(3);
  const messages = new Set(named('process schedule.proposed').map((span) => span.spanContext().spanId));
  for (const batch of batches) {
    expect(batch.parentSpanContext).toBeUndefined();
    expect(batch.links).toHaveLength(Number(batch.attributes['messaging.batch.message_count']));
    expect(batch.links.every(({ context }) => messages.has(context.spanId))).toBe(true);
  }
});

test('a failed event has one exception, on the span of its handling, and says that it comes again', async () => {
  exporter.reset();
  let calls = 0;
  handle = async () => {
    calls += 1;
    if (calls === 1) throw new RangeError('not this time');
  };
  const event = eventOf(10);
  await publishEvent(broker, event);
  await eventually(() => expect(processed(event.id)).toHaveLength(2));
  const [first, second] = processed(event.id);
  expect(first).toMatchObject({
    status: { code: 2 },
    attributes: { 'error.type': 'RangeError', 'nats.delivery_count': 1 },
  });
  expect(first?.attributes['punctual.redelivery']).toBeUndefined();
  expect(second).toMatchObject({
    status: { code: 0 },
    attributes: { 'nats.delivery_count': 2, 'punctual.redelivery': 'redelivered' },
  });
  expect(failures()).toEqual(['process schedule.proposed']);
});

test.each([
  ['redrive', 'redrive:7:1'],
  ['replay', 'replay:run:7'],
])('a %s is an attribute', async (why, messageId) => {
  const copy = headers();
  copy.set('Nats-Msg-Id', messageId);
  await broker.jetstream.publish('replay.test-spans', JSON.stringify(eventOf(20)), { headers: copy, msgID: messageId });
  await eventually(() => expect(processed(messageId)).toHaveLength(1));
  expect(processed(messageId)[0]?.attributes).toMatchObject({ 'punctual.redelivery': why, 'nats.stream': 'REPLAY' });
});

test('an error that passes several spans is recorded on the first one alone', async () => {
  exporter.reset();
  const failing = inSpan('outer', {}, () =>
    inSpan('inner', {}, async () => {
      throw new TypeError('broken');
    }),
  );
  await expect(failing).rejects.toThrow('broken');
  expect(failures()).toEqual(['inner']);
});

test('work that continues another trace links to the span that does it', async () => {
  exporter.reset();
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await inSpan('job', {}, async () => {
    linkSpanTo([traceparent, null, traceparent, 'nonsense']);
    await inSpan('publish', { parent: traceparent }, async () => undefined);
  });
  const [job] = named('job');
  const [publish] = named('publish');
  expect(publish?.spanContext().traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  expect(publish?.links.map(({ context }) => context.spanId)).toEqual([job?.spanContext().spanId]);
  expect(job?.links.map(({ context }) => context.spanId)).toEqual(['00f067aa0ba902b7']);
});
