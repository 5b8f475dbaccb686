import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { eventually } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { guardSpans } from '../src/telemetry/guard-spans.ts';
import { findRouteBy, observeRequests } from '../src/telemetry/server-requests.ts';
import { currentTraceId, enableTraceContext } from '../src/telemetry/trace-context.ts';

const spans = new InMemorySpanExporter();
const reader = new sdk.PeriodicExportingMetricReader({
  exporter: new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE),
  exportIntervalMillis: 3_600_000,
});
let server: Server;
let answer: RequestListener;

beforeAll(async () => {
  enableTraceContext();
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
  guardSpans();
  metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9');
  server = createServer(observeRequests((incoming, response) => answer(incoming, response)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

beforeEach(() => {
  answer = (_request, response) => response.end();
});

afterEach(() => spans.reset());

afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function ask(path: string, { method = 'GET', headers = {} }: { method?: string; headers?: IncomingHttpHeaders } = {}) {
  const { port } = server.address() as AddressInfo;
  return new Promise<void>((resolve) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      response.on('error', () => {}).on('close', resolve);
      response.resume();
    });
    sent.on('error', () => resolve()).end();
  });
}

async function spanOf(path: string, options?: Parameters<typeof ask>[1]): Promise<ReadableSpan> {
  await ask(path, options);
  return eventually(() => {
    const [span] = spans.getFinishedSpans();
    if (!span) throw new Error('No span has ended yet.');
    return span;
  });
}

/** The attributes of the durations measured so far. */
async function measured() {
  const { resourceMetrics } = await reader.collect();
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  return all
    .filter(({ descriptor }) => descriptor.name === 'http.server.request.duration')
    .flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes));
}

test('a server span describes its request and its answer', async () => {
  answer = (incoming, response) => {
    findRouteBy(() => '/things/{id}', incoming);
    response.writeHead(404).end();
  };
  const span = await spanOf('/things/7?q=a%20name', { headers: { 'user-agent': 'app/1', host: 'api.example:8080' } });
  expect(span.name).toBe('GET /things/{id}');
  expect(span.attributes).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 404,
    'http.route': '/things/{id}',
    'url.scheme': 'http',
    'url.path': '/things/7',
    'url.query': '',
    'network.protocol.version': '1.1',
    'network.peer.address': '127.0.0.1',
    'network.peer.port': expect.any(Number),
    'client.address': '127.0.0.1',
    'user_agent.original': 'app/1',
    'server.address': 'api.example',
    'server.port': 8080,
  });
  expect(span.status.code).toBe(SpanStatusCode.UNSET);
});

test.each([
  [{ host: 'api.example' }, 'api.example', 80, '127.0.0.1'],
  [{ host: '[::1]:3000' }, '[::1]', 3000, '127.0.0.1'],
  [{ 'x-forwarded-host': 'a.example', 'x-forwarded-proto': 'https' }, 'a.example', 443, '127.0.0.1'],
  [{ 'x-forwarded-for': '192.0.2.1:4711, 10.0.0.1' }, '127.0.0.1', expect.any(Number), '192.0.2.1'],
  [{ 'x-forwarded-for': '[2001:db8::1]:4711' }, '127.0.0.1', expect.any(Number), '2001:db8::1'],
  [{ forwarded: 'for=192.0.2.2;host=b.example;proto=https, for=10.0.0.1' }, 'b.example', 443, '192.0.2.2'],
  [{ forwarded: 'for="', 'x-forwarded-for': 'unknown' }, '127.0.0.1', expect.any(Number), 'unknown'],
])('%j names server and client as the first proxy saw them', async (headers, address, port, client) => {
  const { attributes } = await spanOf('/', { headers });
  expect(attributes['server.address']).toBe(address);
  expect(attributes['server.port']).toEqual(port);
  expect(attributes['client.address']).toBe(client);
});

test('a failed request has an error type in its span and its duration', async () => {
  answer = (_request, response) => response.writeHead(503).end();
  const span = await spanOf('/');
  expect(span.status.code).toBe(SpanStatusCode.ERROR);
  expect(span.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
  expect(await measured()).toContainEqual({
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'http.response.status_code': 503,
    'error.type': '503',
  });
});

test('a response that fails is counted by the name of its error', async () => {
  answer = (_request, response) => {
    response.on('error', () => {});
    response.emit('error', new RangeError('too far'));
    response.end();
  };
  const span = await spanOf('/');
  expect(span.attributes['error.type']).toBe('RangeError');
  expect(await measured()).toContainEqual({
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'error.type': 'RangeError',
  });
});

test('a method that the conventions do not list is `_OTHER`, and as sent in the span', async () => {
  const span = await spanOf('/', { method: 'PROPFIND' });
  expect(span.name).toBe('PROPFIND');
  expect(span.attributes).toMatchObject({
    'http.request.method': '_OTHER',
    'http.request.method_original': 'PROPFIND',
  });
  expect(await measured()).toContainEqual(expect.objectContaining({ 'http.request.method': '_OTHER' }));
});

test('health checks are neither measured nor traced', async () => {
  const before = await measured();
  answer = (_request, response) => response.writeHead(418).end();
  await ask('/healthz/live');
  await spanOf('/');
  expect(spans.getFinishedSpans()).toHaveLength(1);
  expect((await measured()).length).toBe(before.length + 1);
});

test('a request continues the trace that it names', async () => {
  let seen: string | undefined;
  answer = (_request, response) => {
    seen = currentTraceId();
    response.end();
  };
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const span = await spanOf('/', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
  expect(seen).toBe(traceId);
  expect(span.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
});

test('an unsampled request is measured and has no span', async () => {
  answer = (_request, response) => response.writeHead(202).end();
  await ask('/', { headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00' } });
  await eventually(async () =>
    expect(await measured()).toContainEqual(expect.objectContaining({ 'http.response.status_code': 202 })),
  );
  expect(spans.getFinishedSpans()).toEqual([]);
});
