import { context, metrics, ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { clientsOf, type PoolClient } from '../src/postgres/clients.ts';
import { parsePostgresUrl } from '../src/postgres/url.ts';
import { guardSpans } from '../src/telemetry/guard-spans.ts';
import { enableTraceContext } from '../src/telemetry/trace-context.ts';

const spans = new InMemorySpanExporter();
const reader = new sdk.PeriodicExportingMetricReader({
  exporter: new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE),
  exportIntervalMillis: 3_600_000,
});
let environment: TestEnvironment;
let client: PoolClient;

beforeAll(async () => {
  enableTraceContext();
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
  guardSpans();
  metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9');
  environment = await testEnvironment({ postgres: true });
  const { Client } = clientsOf(parsePostgresUrl(environment.databaseUrl));
  client = new Client({});
  await client.connect();
  await client.query('create table thing (id int primary key, name text)');
});

beforeEach(() => spans.reset());

afterAll(async () => {
  await client?.end();
  await environment?.stop();
  vi.unstubAllEnvs();
});

/** Runs something below a span, sampled or not, which is what a request does. */
function caused<T>(run: () => T, { sampled = true } = {}): T {
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  const cause = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags };
  return context.with(trace.setSpanContext(ROOT_CONTEXT, cause), run);
}

/** How many statements were measured so far, by operation and error. */
async function measured(): Promise<Record<string, number>> {
  const { resourceMetrics } = await reader.collect();
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const durations = all.filter(({ descriptor }) => descriptor.name === 'db.client.operation.duration');
  const points = durations.flatMap(({ dataPoints }) => dataPoints as sdk.DataPoint<sdk.Histogram>[]);
  return Object.fromEntries(
    points.map(({ attributes, value }) => [
      [attributes['db.operation.name'], attributes['error.type']].filter(Boolean).join(' '),
      value.count,
    ]),
  );
}

test('a statement has a span without its values', async () => {
  await caused(() =>
    client.query({ name: 'named', text: `select name from thing where name = 'Miller' and id = $1` }, [1]),
  );
  const [span, ...others] = spans.getFinishedSpans();
  expect(others).toEqual([]);
  expect(span?.name).toBe('SELECT thing');
  expect(span?.attributes).toEqual({
    'db.system.name': 'postgresql',
    'db.namespace': client.database,
    'server.address': client.host,
    'server.port': client.port,
    'db.query.text': 'select name from thing where name = ? and id = $1',
    'db.operation.name': 'SELECT',
    'db.collection.name': 'thing',
    'db.postgresql.plan': 'named',
  });
});

test('statements in one message are one span, until all are answered', async () => {
  const before = (await measured()).BEGIN ?? 0;
  const statements = [
    ['begin', []],
    ['insert into thing values (?, ?)', [1, 'a']],
    ['commit', []],
  ] as const;
  await caused(() => client.batch(statements, false));
  expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual(['INSERT thing']);
  expect((await measured()).BEGIN).toBe(before + 1);
});

test('a failed statement has the code of its error, and neither its message nor its values', async () => {
  const insert = () => client.query('insert into thing values ($1, $2)', [1, 'Miller']);
  await expect(caused(insert)).rejects.toThrow('duplicate key');
  const [span] = spans.getFinishedSpans();
  expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  expect(span?.events[0]?.attributes?.['exception.message']).toContain('23505');
  expect(JSON.stringify([span?.status, span?.events])).not.toContain('Miller');
  expect(await measured()).toMatchObject({ 'INSERT 23505': 1 });
});

test('a callback is called when its statement has been measured', async () => {
  const before = (await measured()).SHOW ?? 0;
  const { promise, resolve } = Promise.withResolvers();
  caused(() => client.query('show work_mem', (_error, result) => resolve(result.rows)));
  expect(await promise).toHaveLength(1);
  expect((await measured()).SHOW).toBe(before + 1);
  expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual(['SHOW']);
});

test('an unsampled statement is measured and has no span', async () => {
  const before = (await measured()).DELETE ?? 0;
  await caused(() => client.query('delete from thing where id = 7'), { sampled: false });
  expect(spans.getFinishedSpans()).toEqual([]);
  expect((await measured()).DELETE).toBe(before + 1);
});

test('a statement that nothing causes is not measured', async () => {
  const before = await measured();
  await client.query('truncate thing');
  expect(await measured()).toEqual(before);
  expect(spans.getFinishedSpans()).toEqual([]);
});
