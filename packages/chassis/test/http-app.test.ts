import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from '@punctual/contracts';
import { type Issuer, startIssuer } from '@punctual/devstack';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createAuthenticate, createHttpApp, DomainError, handle } from '../src/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';
import { enableTraceContext } from '../src/telemetry/trace-context.ts';

const write = {
  name: 'write',
  method: 'POST',
  path: '/notes/:id',
  owner: 'scheduling',
  summary: 'Writes a note',
  description: 'For this test.',
  tag: 'Jobs',
  roles: 'signed-in',
  access: 'token',
  params: z.object({ id: z.uuid() }),
  body: z.strictObject({ text: z.string(), deep: z.strictObject({ n: z.int() }).optional() }),
  success: { status: 201, description: 'The note' },
  problems: [],
} satisfies Endpoint;

const refuse = {
  name: 'refuse',
  method: 'POST',
  path: '/notes/:id/refuse',
  owner: 'scheduling',
  summary: 'Refuses, in a way that the query names',
  description: 'For this test.',
  tag: 'Jobs',
  roles: 'signed-in',
  access: 'token',
  query: z.strictObject({ how: z.string().optional() }),
  success: { status: 200, description: 'Never' },
  problems: [],
} satisfies Endpoint;

const id = '01936f2a-7c10-7000-8000-000000000001';
const fails: Record<string, () => never> = {
  rule: () => {
    throw new DomainError('window-taken', 'Taken.', { conflict: { start: 'a', end: 'b' } });
  },
  away: () => {
    throw Object.assign(new Error('connect 10.0.0.7'), { code: 'ECONNREFUSED' });
  },
  bug: () => {
    throw new TypeError('secret inside');
  },
};

let issuer: Issuer;
let url: string;
let close: () => void;

beforeAll(async () => {
  enableTraceContext();
  issuer = await startIssuer();
  const app = createHttpApp({
    logger: pino({ level: 'silent' }),
    lifecycle: createLifecycle(pino({ level: 'silent' })),
    authenticate: createAuthenticate({
      config: {
        AUTH_JWKS_URL: issuer.jwksUrl,
        AUTH_ISSUER: issuer.issuer,
        AUTH_AUDIENCE: issuer.audience,
        AUTH_CLOCK_SKEW_S: 5,
        AUTH_JWKS_MAX_AGE_S: 300,
      },
      logger: pino({ level: 'silent' }),
      lifecycle: { signal: new AbortController().signal },
    }),
    checks: [
      { name: 'store', required: true, check: async () => {} },
      { name: 'broker', required: false, check: () => Promise.reject(new Error('away')) },
    ],
    routes: [
      handle(write, async ({ caller, params, body, idempotencyKey, ifMatch }) => ({
        body: { caller, params, body, idempotencyKey, ifMatch },
        version: 7,
        location: `/notes/${params.id}`,
      })),
      handle(refuse, async ({ raw }) => fails[String(raw.query.how)]?.() ?? { body: {} }),
    ],
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
});

afterAll(async () => {
  close();
  await issuer.stop();
});

const Answer = z.looseObject({
  traceId: z.string().optional(),
  caller: z.unknown().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

async function post(path: string, options: { body?: string; headers?: Record<string, string>; anonymous?: true } = {}) {
  const token = await issuer.token({ sub: id, roles: ['customer', 'astronaut'] });
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      ...(options.anonymous ? {} : { authorization: `Bearer ${token}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const body = Answer.parse(await response.json());
  return { status: response.status, headers: response.headers, body };
}

test('a handler gets parsed input, and its response has version and location headers', async () => {
  const headers = { 'idempotency-key': 'k1', 'if-match': '"3"' };
  const answer = await post(`/notes/${id}`, { body: '{"text":"hi"}', headers });

  expect(answer.status).toBe(201);
  expect(answer.headers.get('etag')).toBe('"7"');
  expect(answer.headers.get('location')).toBe(`/notes/${id}`);
  expect(answer.body).toMatchObject({ params: { id }, body: { text: 'hi' }, idempotencyKey: 'k1', ifMatch: '3' });
  expect(answer.body.caller).toMatchObject({ id, roles: ['customer'] });
});

test('the route is checked before the token, the token before the schema', async () => {
  const unknown = await post('/nowhere', { anonymous: true });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'not-found' } });
  const wrongMethod = await fetch(`${url}/notes/${id}`, { method: 'DELETE' });
  expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
  const anonymous = await post('/notes/not-a-uuid', { anonymous: true, body: '{' });
  expect(anonymous).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  expect(anonymous.headers.get('www-authenticate')).toContain('Bearer');
  expect(await post('/notes/not-a-uuid', { body: '{"text":"hi"}' })).toMatchObject({ status: 400 });
});

test('every schema error is named by a JSON pointer', async () => {
  const answer = await post('/notes/x', {
    body: '{"text":1,"deep":{"n":1,"a/b":2}}',
    headers: { 'if-match': 'W/"1"' },
  });

  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({ code: 'validation-failed', status: 400, instance: '/notes/x' });
  expect(answer.body.errors.map(({ path }) => path).sort()).toEqual([
    '/deep/a~1b',
    '/headers/if-match',
    '/id',
    '/text',
  ]);
});

test.each([
  ['on a route without a query', '', '?dryrun=true&a/b', ['/dryrun', '/a~1b']],
  ['on a route with one', '/refuse', '?how=well&How=badly', ['/How']],
  ['named as what every object has', '', '?__proto__=x&constructor=y', ['/__proto__', '/constructor']],
])('an unknown parameter %s is refused by its name', async (_where, route, query, paths) => {
  const answer = await post(`/notes/${id}${route}${query}`, { body: '{"text":"hi"}' });
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation-failed' } });
  expect(answer.body.errors.map(({ path }) => path)).toEqual(paths);
});

test.each([
  ['truncated JSON', { body: '{"text":' }, 400, 'malformed-body'],
  ['no body', {}, 400, 'malformed-body'],
  ['an array at the top', { body: '[]' }, 400, 'validation-failed'],
  ['__proto__', { body: '{"text":"a","__proto__":{"x":1}}' }, 400, 'validation-failed'],
  ['a foreign media type', { body: '<x/>', headers: { 'content-type': 'text/xml' } }, 415, 'unsupported-media-type'],
  ['200 kB', { body: JSON.stringify({ text: 'x'.repeat(200_000) }) }, 413, 'payload-too-large'],
  ['deep nesting', { body: `{"text":${'['.repeat(10_000)}${']'.repeat(10_000)}}` }, 400, 'validation-failed'],
  [
    'a key with a blank',
    { body: '{"text":"a"}', headers: { 'idempotency-key': 'a b' } },
    400,
    'invalid-idempotency-key',
  ],
  [
    'a key too long',
    { body: '{"text":"a"}', headers: { 'idempotency-key': 'k'.repeat(256) } },
    400,
    'invalid-idempotency-key',
  ],
])('%s is refused', async (_name, request, status, code) => {
  expect(await post(`/notes/${id}`, request)).toMatchObject({ status, body: { status, code } });
});

test('a URI over 8 KiB or with invalid encoding is refused', async () => {
  expect(await post(`/notes/${'x'.repeat(9_000)}`)).toMatchObject({ status: 414, body: { code: 'uri-too-long' } });
  expect(await post('/notes/%E0%A4%A', { body: '{"text":"a"}' })).toMatchObject({ status: 400 });
});

test('domain errors keep code and details, outages are 503, bugs reveal nothing', async () => {
  const rule = await post(`/notes/${id}/refuse?how=rule`);
  expect(rule).toMatchObject({ status: 409, body: { code: 'window-taken', conflict: { start: 'a', end: 'b' } } });
  const away = await post(`/notes/${id}/refuse?how=away`);
  expect(away).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(away.headers.get('retry-after')).toBe('1');
  const bug = await post(`/notes/${id}/refuse?how=bug`);
  expect(bug).toMatchObject({ status: 500, body: { code: 'internal-error' } });
  expect(JSON.stringify([away.body, bug.body])).not.toMatch(/10\.0\.0\.7|secret/);
});

test("a client's trace is continued, otherwise a new one starts", async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traced = await post('/nowhere', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
  expect(traced.body.traceId).toBe(traceId);
  const untraced = await post('/nowhere', { headers: { traceparent: 'nonsense' } });
  expect(untraced.body.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
});

test('responses opened as a page cannot run anything in a browser', async () => {
  const token = await issuer.token({ sub: id, roles: [] });
  const good = await fetch(`${url}/notes/${id}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"text":"x"}',
  });
  for (const { headers } of [good, await fetch(`${url}/nowhere`), await fetch(`${url}/healthz/live`)]) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
  }
});

test('only required dependencies make a service unready', async () => {
  const ready = await fetch(`${url}/healthz/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'ready', checks: { store: 'ok', broker: 'away' } },
  ]);
  expect((await fetch(`${url}/healthz/live`)).status).toBe(200);
});

test.each([
  ['an expired lifetime', { expiresIn: -10 }],
  ['another audience', { aud: 'someone-else' }],
  ['another issuer', { iss: 'https://evil.example' }],
])('a token with %s is refused', async (_name, wrong) => {
  const token = await issuer.token({ sub: id, roles: ['customer'], ...wrong });
  const answer = await post(`/notes/${id}`, { body: '{"text":"a"}', headers: { authorization: `Bearer ${token}` } });
  expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
});
