import { gzipSync } from 'node:zlib';
import { type Endpoint, endpoints } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Gateway, id, startGateway } from './gateway.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const jsonType = { 'content-type': 'application/json' };

let services: Record<'scheduling' | 'reminders' | 'payouts', FakeService>;
let gateway: Gateway;

beforeAll(async () => {
  const [scheduling, reminders, payouts] = await Promise.all(
    ['scheduling', 'reminders', 'payouts'].map((name) =>
      startFakeService((_request, response) =>
        json(
          response,
          201,
          { answeredBy: name },
          {
            etag: '"7"',
            location: '/assignments/1',
            'idempotent-replayed': 'true',
            'retry-after': '5',
            'x-powered-by': 'fake',
            'set-cookie': 'session=1',
            server: 'inside.example',
            'keep-alive': 'timeout=72',
            connection: 'keep-alive, Content-Language',
            'content-language': 'de',
          },
        ),
      ),
    ),
  );
  if (!scheduling || !reminders || !payouts) throw new Error('three services are needed');
  services = { scheduling, reminders, payouts };
  gateway = await startGateway({
    SCHEDULING_URL: scheduling.url,
    REMINDERS_URL: reminders.url,
    PAYOUTS_URL: payouts.url,
  });
});

afterAll(async () => {
  await gateway.stop();
  for (const service of Object.values(services)) await service.stop();
});

const forwarded: Endpoint[] = Object.values<Endpoint>(endpoints).filter(({ owner }) => owner !== 'gateway');

test.each(forwarded)('$method $path goes to $owner', async ({ method, path, owner }) => {
  if (owner === 'gateway') throw new Error('filtered above');
  const target = `${path.replace(':id', id)}?from=2026-12-01T09%3A00%3A00%2B01%3A00&x=%2F`;
  const body = '{ "note":\t"kept as it is, \u00e9" }';
  const answer = await gateway.call(method, target, method === 'POST' ? { headers: jsonType, body } : {});
  expect(answer).toMatchObject({ status: 201, json: { answeredBy: owner } });
  expect(services[owner].received.at(-1)).toMatchObject({ method, url: target, body: method === 'POST' ? body : '' });
});

test('a body that is not valid JSON reaches the service unchanged', async () => {
  await gateway.call('POST', '/jobs', { headers: jsonType, body: '{"title": ' });
  expect(services.scheduling.received.at(-1)).toMatchObject({ body: '{"title": ' });
});

test('a compressed body reaches the service decompressed', async () => {
  const body = gzipSync('{"title":"x"}');
  const headers = { ...jsonType, 'content-encoding': 'gzip', 'content-length': String(body.length) };
  await gateway.call('POST', '/jobs', { headers, body });
  const seen = services.scheduling.received.at(-1);
  expect(seen).toMatchObject({ body: '{"title":"x"}', headers: { 'content-length': '13' } });
  expect(seen?.headers).not.toHaveProperty('content-encoding');
});

test('request headers of the contract pass to the service', async () => {
  const headers = { 'idempotency-key': 'k-1', 'if-match': '"3"', 'last-event-id': '9', 'accept-language': 'de' };
  await gateway.call('GET', `/assignments/${id}`, { headers });
  expect(services.scheduling.received.at(-1)?.headers).toMatchObject({
    ...headers,
    authorization: gateway.authorization,
  });
});

test('hop-by-hop headers and claims about the client do not pass', async () => {
  const spoofed = {
    'x-forwarded-for': '10.0.0.1',
    'x-forwarded-host': 'evil.example',
    'x-real-ip': '10.0.0.1',
    forwarded: 'for=10.0.0.1',
    'x-request-id': 'mine',
    'x-user-id': id,
    cookie: 'session=1',
    baggage: 'role=ops',
    te: 'trailers',
    'proxy-authorization': 'Basic x',
  };
  const connection = 'close, TE , If-Match';
  const headers = { ...spoofed, connection, 'if-match': '"1"' };
  const answer = await gateway.call('GET', `/assignments/${id}`, { headers });
  const seen = services.scheduling.received.at(-1)?.headers ?? {};
  for (const name of [...Object.keys(spoofed), 'if-match']) expect(seen).not.toHaveProperty(name);
  expect(seen.host).toBe(new URL(services.scheduling.url).host);
  expect(answer.headers['x-request-id']).not.toBe('mine');
});

test('response headers of the contract pass to the client, and no internal ones', async () => {
  const { headers } = await gateway.call('GET', `/assignments/${id}`);
  expect(headers).toMatchObject({
    etag: '"7"',
    location: '/assignments/1',
    'idempotent-replayed': 'true',
    'retry-after': '5',
    'content-type': 'application/json',
    'x-content-type-options': 'nosniff',
  });
  for (const name of ['x-powered-by', 'set-cookie', 'server', 'keep-alive', 'content-language']) {
    expect(headers).not.toHaveProperty(name);
  }
});

test("the client's trace continues and becomes the request id", async () => {
  const { headers } = await gateway.call('GET', `/assignments/${id}`, { headers: { traceparent } });
  expect(services.scheduling.received.at(-1)?.headers.traceparent).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  expect(headers['x-request-id']).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
});

test('an invalid traceparent starts a new trace', async () => {
  const { headers } = await gateway.call('GET', `/assignments/${id}`, { headers: { traceparent: '00-xyz' } });
  const [, traceId] = String(services.scheduling.received.at(-1)?.headers.traceparent).split('-');
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(headers['x-request-id']).toBe(traceId);
});

test('a request in absolute form is forwarded by its path, whatever its host', async () => {
  const answer = await gateway.call('GET', `http://evil.example/assignments/${id}?x=1`);
  expect(answer.status).toBe(201);
  expect(services.scheduling.received.at(-1)?.url).toBe(`/assignments/${id}?x=1`);
});

test('HEAD is forwarded and returns no body', async () => {
  const answer = await gateway.call('HEAD', `/assignments/${id}`);
  expect(answer).toMatchObject({ status: 201, text: '' });
  expect(services.scheduling.received.at(-1)?.method).toBe('HEAD');
});
