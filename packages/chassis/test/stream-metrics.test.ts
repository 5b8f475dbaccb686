import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { metrics } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { declarationOf, declareStreams, observeStreams, StreamSettings } from '../src/index.ts';

const names = ['SCHEDULE', 'DLQ'] as const;
const limit = 2 * 1_048_576;
const settings = StreamSettings.parse({ STREAM_MAX_BYTES: String(limit) });

let environment: TestEnvironment;
let connection: NatsConnection;
let manager: JetStreamManager;
let exporter: sdk.InMemoryMetricExporter;
let reader: sdk.PeriodicExportingMetricReader;
let observing: AbortController;
let isConnected: boolean;

beforeAll(async () => {
  environment = await testEnvironment({ nats: true });
  connection = await connect({ servers: environment.natsUrl });
  manager = await jetstreamManager(connection);
});

afterAll(async () => {
  await connection?.close();
  await environment?.stop();
});

beforeEach(async () => {
  for (const name of names) await manager.streams.delete(name).catch(() => {});
  await declareStreams({ manager }, names, settings);
  exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
  reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));
  observing = new AbortController();
  isConnected = true;
  observeStreams(() => (isConnected ? manager : undefined), names, observing.signal);
});

afterEach(async () => {
  observing.abort();
  metrics.disable();
  await reader.shutdown();
});

/** The values of one export: `used SCHEDULE` and so on. */
async function exported(): Promise<Record<string, number>> {
  exporter.reset();
  await reader.forceFlush();
  const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return Object.fromEntries(
    all.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [
        `${descriptor.name.slice('punctual.stream.'.length)} ${attributes.stream}`,
        value as number,
      ]),
    ),
  );
}

const publish = (bytes: number) => jetstream(connection).publish('schedule.confirmed', new Uint8Array(bytes));

test('the metrics follow the messages of a stream', async () => {
  expect(await exported()).toMatchObject({ 'messages SCHEDULE': 0, 'bytes SCHEDULE': 0, 'used SCHEDULE': 0 });
  await publish(500_000);
  const first = await exported();
  expect(first).toMatchObject({ 'messages SCHEDULE': 1, 'messages DLQ': 0, 'used DLQ': 0 });
  expect(first['bytes SCHEDULE']).toBeGreaterThan(500_000);
  await publish(500_000);
  await publish(500_000);
  const { state } = await manager.streams.info('SCHEDULE');
  expect(await exported()).toMatchObject({ 'messages SCHEDULE': 3, 'bytes SCHEDULE': state.bytes });
  await manager.streams.purge('SCHEDULE');
  expect(await exported()).toMatchObject({ 'messages SCHEDULE': 0, 'bytes SCHEDULE': 0, 'used SCHEDULE': 0 });
});

test("used is the share of the stream's own limit", async () => {
  await publish(1_000_000);
  const { bytes } = (await manager.streams.info('SCHEDULE')).state;
  expect((await exported())['used SCHEDULE']).toBe(bytes / limit);
  await manager.streams.update('SCHEDULE', { ...declarationOf('SCHEDULE', settings), max_bytes: 4 * limit });
  expect((await exported())['used SCHEDULE']).toBe(bytes / (4 * limit));
  await manager.streams.update('SCHEDULE', { ...declarationOf('SCHEDULE', settings), max_bytes: -1 });
  expect((await exported())['used SCHEDULE']).toBe(0);
});

test('a full stream is reported as 100% used', async () => {
  await expect(Array.fromAsync(Array.from({ length: 5 }, () => publish(500_000)))).rejects.toThrow();
  expect((await exported())['used SCHEDULE']).toBeGreaterThan(0.9);
});

test('a missing stream is reported as empty, and does not hide the others', async () => {
  await publish(1_000);
  expect(await exported()).toMatchObject({ 'messages SCHEDULE': 1 });
  await manager.streams.delete('SCHEDULE');
  const empty = { 'messages SCHEDULE': 0, 'bytes SCHEDULE': 0, 'used SCHEDULE': 0 };
  expect(await exported()).toEqual({ ...empty, 'messages DLQ': 0, 'bytes DLQ': 0, 'used DLQ': 0 });
  await declareStreams({ manager }, names, settings);
  await publish(1_000);
  expect(await exported()).toMatchObject({ 'messages SCHEDULE': 1 });
});

test('the last values remain while disconnected', async () => {
  await publish(1_000);
  const known = await exported();
  isConnected = false;
  expect(await exported()).toEqual(known);
});
