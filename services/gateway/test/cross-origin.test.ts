import { endpoints } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { call, type Gateway, id, startGateway } from './gateway.ts';

const origin = 'https://app.example';
const path = `/assignments/${id}/schedule`;

let service: FakeService;
let open: Gateway;
let closed: Gateway;

beforeAll(async () => {
  service = await startFakeService((_request, response) => json(response, 200, {}, { vary: 'Accept-Language' }));
  open = await startGateway({
    SCHEDULING_URL: service.url,
    CORS_ORIGINS: `${origin}/, https://ops.example`,
    RATE_LIMIT_PER_ADDRESS: '1',
  });
  closed = await startGateway({ SCHEDULING_URL: service.url });
});

afterAll(async () => {
  await open.stop();
  await closed.stop();
  await service.stop();
});

const listed = (value: unknown) => String(value).toLowerCase().split(/,\s*/);

const preflight = (from: string) => ({
  headers: { origin: from, 'access-control-request-method': 'POST', 'access-control-request-headers': 'if-match' },
});

test('a preflight of an allowed origin succeeds, without a token and without a limit', async () => {
  for (let n = 0; n < 5; n += 1) {
    const { status, headers } = await call(open.url, 'OPTIONS', path, preflight(origin));
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': expect.stringMatching(/GET.*POST|POST.*GET/),
      'access-control-allow-headers': expect.stringMatching(/Authorization.*Idempotency-Key.*If-Match.*Last-Event-ID/),
      'access-control-max-age': '600',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  }
});

test('a preflight allows every method and request header of the contract', async () => {
  const methods = new Set(Object.values(endpoints).map(({ method }) => method));
  const names = ['authorization', 'if-none-match', 'last-event-id', 'traceparent', 'tracestate', 'baggage'];
  for (const method of methods) {
    const headers = {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': names.join(','),
    };
    const answer = await call(open.url, 'OPTIONS', path, { headers });
    expect(answer.status).toBe(204);
    expect(listed(answer.headers['access-control-allow-methods'])).toContain(method.toLowerCase());
    expect(listed(answer.headers['access-control-allow-headers'])).toEqual(expect.arrayContaining(names));
  }
});

test('a page may read every response header of the contract', async () => {
  const { headers } = await open.call('GET', `/assignments/${id}`, { headers: { origin } });
  expect(listed(headers['access-control-expose-headers'])).toEqual(
    expect.arrayContaining(['allow', 'etag', 'idempotent-replayed', 'location', 'retry-after', 'x-request-id']),
  );
});

test('a preflight of another origin allows nothing', async () => {
  for (const from of ['https://evil.example', 'null', `${origin}.evil.example`, 'http://app.example']) {
    const { headers } = await call(open.url, 'OPTIONS', path, preflight(from));
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
});

test('a page of an allowed origin may read successes and refusals', async () => {
  const answer = await open.call('GET', `/assignments/${id}`, { headers: { origin } });
  expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } });
  expect(answer.headers['access-control-expose-headers']).toContain('ETag');
  expect(answer.headers.vary).toMatch(/Origin.*Accept-Language/);

  const statuses = [];
  for (let n = 0; n < 3; n += 1) {
    const refusal = await call(open.url, 'GET', `/assignments/${id}`, { headers: { origin } });
    expect(refusal.headers).toMatchObject({ 'access-control-allow-origin': origin });
    statuses.push(refusal.status);
  }
  expect(statuses).toContain(429);
});

test('OPTIONS without a preflight header is 405', async () => {
  const answer = await open.call('OPTIONS', path, { headers: { origin } });
  expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
});

test('no origin is allowed without configuration', async () => {
  const answer = await call(closed.url, 'OPTIONS', path, preflight(origin));
  expect(answer).toMatchObject({ status: 405, json: { code: 'method-not-allowed' } });
  const { headers } = await closed.call('GET', `/assignments/${id}`, { headers: { origin } });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});
