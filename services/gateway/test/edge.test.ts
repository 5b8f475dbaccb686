import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { call, type Gateway, id, startGateway } from './gateway.ts';

const jsonType = { 'content-type': 'application/json' };

let service: FakeService;
let gateway: Gateway;

beforeAll(async () => {
  service = await startFakeService((_request, response) => json(response, 200, {}));
  gateway = await startGateway({ SCHEDULING_URL: service.url, REMINDERS_URL: service.url, PAYOUTS_URL: service.url });
});

afterAll(async () => {
  await gateway.stop();
  await service.stop();
});

test.each([
  ['none', undefined],
  ['not a bearer token', 'Basic dXNlcjpwYXNz'],
  ['not a token', 'Bearer x.y.z'],
])('a request without a valid token (%s) is not forwarded', async (_case, authorization) => {
  const before = service.received.length;
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await call(gateway.url, 'GET', `/assignments/${id}`, { headers });
  expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated', status: 401 } });
  expect(answer.headers).toMatchObject({
    'content-type': expect.stringContaining('application/problem+json'),
    'www-authenticate': expect.stringContaining('Bearer'),
    'x-request-id': (answer.json as { traceId: string }).traceId,
  });
  expect(service.received).toHaveLength(before);
});

test.each([
  ['expired', { expiresIn: -60 }],
  ['of another issuer', { iss: 'https://evil.example' }],
  ['for another audience', { aud: 'elsewhere' }],
])('a token that is %s is 401', async (_case, claims) => {
  const authorization = `Bearer ${await gateway.issuer.token({ roles: ['ops'], ...claims })}`;
  const answer = await call(gateway.url, 'GET', `/assignments/${id}`, { headers: { authorization } });
  expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
});

test('an unknown route is 404 with or without a token', async () => {
  for (const path of ['/', '/nothing', `/assignments/${id}/nothing`, '/healthz', '/docs/nothing.js']) {
    expect(await call(gateway.url, 'GET', path)).toMatchObject({ status: 404, json: { code: 'not-found' } });
    expect(await gateway.call('POST', path)).toMatchObject({ status: 404, json: { code: 'not-found' } });
  }
});

test('a wrong method is 405 before the token is checked', async () => {
  const answer = await call(gateway.url, 'PUT', `/assignments/${id}`);
  expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' }, json: { code: 'method-not-allowed' } });
});

test('the gateway refuses a body above 64 KiB, a URI above 8 KiB and other media types', async () => {
  const before = service.received.length;
  const large = { headers: jsonType, body: JSON.stringify({ title: 'x'.repeat(65 * 1024) }) };
  expect(await gateway.call('POST', '/jobs', large)).toMatchObject({
    status: 413,
    json: { code: 'payload-too-large' },
  });
  for (const length of [9_000, 20_000]) {
    expect(await gateway.call('GET', `/assignments?cursor=${'x'.repeat(length)}`)).toMatchObject({
      status: 414,
      json: { code: 'uri-too-long' },
      headers: { 'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
  }
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'title=x' };
  expect(await gateway.call('POST', '/jobs', form)).toMatchObject({
    status: 415,
    json: { code: 'unsupported-media-type' },
  });
  expect(service.received).toHaveLength(before);
});

test('the gateway refuses a body that exceeds 64 KiB when decompressed', async () => {
  const body = gzipSync(JSON.stringify({ title: 'x'.repeat(65 * 1024) }));
  const answer = await gateway.call('POST', '/jobs', { headers: { ...jsonType, 'content-encoding': 'gzip' }, body });
  expect(answer).toMatchObject({ status: 413, json: { code: 'payload-too-large' } });
});

test.each([
  [
    'damaged compression',
    { 'content-encoding': 'gzip' },
    gzipSync('{"title":"x"}').subarray(0, -4),
    400,
    'malformed-body',
  ],
  ['bytes that are not UTF-8', {}, Buffer.from('{"title":"\xff"}', 'latin1'), 400, 'malformed-body'],
  ['an unknown compression', { 'content-encoding': 'rot13' }, Buffer.from('{}'), 415, 'unsupported-media-type'],
  [
    'another charset',
    { 'content-type': 'application/json; charset=utf-16' },
    Buffer.from('{}'),
    415,
    'unsupported-media-type',
  ],
])('the gateway refuses a body with %s, also for webhooks', async (_what, headers, body, status, code) => {
  const before = service.received.length;
  for (const path of ['/jobs', '/webhooks/stripe']) {
    const answer = await gateway.call('POST', path, { headers: { ...jsonType, ...headers }, body });
    expect(answer).toMatchObject({ status, json: { code } });
  }
  expect(service.received).toHaveLength(before);
});

test('an empty chunked body is forwarded as none, and charset=utf8 means UTF-8', async () => {
  const path = `/assignments/${id}/complete`;
  const empty = { headers: { 'transfer-encoding': 'chunked' }, body: '' };
  expect(await gateway.call('POST', path, empty)).toMatchObject({ status: 200 });
  expect(service.received.at(-1)).toMatchObject({ url: path, body: '' });
  const alias = { headers: { 'content-type': 'application/json; charset=utf8' }, body: '{}' };
  expect(await gateway.call('POST', path, alias)).toMatchObject({ status: 200 });
});

test('the health of reminders needs no token', async () => {
  expect(await call(gateway.url, 'GET', '/workers/reminders/health')).toMatchObject({ status: 200 });
});

test('the gateway is live and ready without services', async () => {
  expect(await call(gateway.url, 'GET', '/healthz/live')).toMatchObject({ status: 200 });
  expect(await call(gateway.url, 'GET', '/healthz/ready')).toMatchObject({ status: 200, json: { status: 'ready' } });
});
