import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { callRaw, type Gateway, id, startGateway } from './gateway.ts';
import { head, openRaw } from './raw-client.ts';

const path = `/assignments/${id}`;
const list = { items: Array.from({ length: 20 }, (_, n) => ({ id: n, status: 'PROPOSED', note: 'as it is, \u00e9' })) };
const listText = Buffer.from(JSON.stringify(list));
/** Does not get smaller, and fills every buffer of the system. */
const noise = randomBytes(12 * 1024 * 1024).toString('hex');

let service: FakeService;
let gateway: Gateway;

beforeAll(async () => {
  service = await startFakeService(({ url, method, headers }, response) => {
    const etag = '"3"';
    if (headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    if (url === '/payouts') return void response.writeHead(200, { 'content-type': 'text/csv' }).end(noise);
    if (url === `/jobs/${id}`) {
      response.writeHead(200, { 'content-type': 'application/json' }).write(noise);
      return void setTimeout(() => response.destroy(), 50);
    }
    if (method === 'POST') return json(response, 200, { small: true }, { etag, 'content-length': '14' });
    const type = { 'content-type': 'application/json', 'content-length': listText.length, etag };
    response.writeHead(200, type).end(method === 'HEAD' ? undefined : listText);
  });
  gateway = await startGateway({
    SCHEDULING_URL: service.url,
    PAYOUTS_URL: service.url,
    HTTP_SLOW_READER_MS: '1000',
  });
});

afterAll(async () => {
  await gateway.stop();
  await service.stop();
});

test.each([
  ['gzip, deflate, br', 'br', brotliDecompressSync],
  ['br;q=0.5, gzip', 'gzip', gunzipSync],
  ['gzip', 'gzip', gunzipSync],
  ['*', 'br', brotliDecompressSync],
])('Accept-Encoding %j gets %s of the same bytes', async (accepted, encoding, decompress) => {
  const { status, headers, body } = await ask('GET', path, { 'accept-encoding': accepted });
  expect({ status, ...headers }).toMatchObject({
    status: 200,
    'content-encoding': encoding,
    vary: 'Accept-Encoding',
    etag: '"3"',
  });
  expect(headers).not.toHaveProperty('content-length');
  expect(body.length).toBeLessThan(listText.length / 4);
  expect(decompress(body).equals(listText)).toBe(true);
});

test.each([undefined, 'identity', 'gzip;q=0, br;q=0', 'zstd'])(
  'Accept-Encoding %j gets plain bytes',
  async (accepted) => {
    const { headers, body } = await ask('GET', path, accepted === undefined ? {} : { 'accept-encoding': accepted });
    expect(headers).toMatchObject({ vary: 'Accept-Encoding', 'content-length': String(listText.length) });
    expect(headers).not.toHaveProperty('content-encoding');
    expect(body.equals(listText)).toBe(true);
  },
);

test('a small response stays plain', async () => {
  const { headers, body } = await ask('POST', `${path}/complete`, { 'accept-encoding': 'gzip, br' });
  expect(headers).toMatchObject({ vary: 'Accept-Encoding', etag: '"3"' });
  expect(headers).not.toHaveProperty('content-encoding');
  expect(body.toString()).toBe('{"small":true}');
});

test('the ETag of a compressed response gets a 304 without a body', async () => {
  const { headers } = await ask('GET', path, { 'accept-encoding': 'br' });
  const again = await ask('GET', path, { 'accept-encoding': 'br', 'if-none-match': String(headers.etag) });
  expect(again).toMatchObject({ status: 304, headers: { etag: '"3"', vary: 'Accept-Encoding' } });
  expect(again.headers).not.toHaveProperty('content-encoding');
  expect(again.body).toHaveLength(0);
});

test('HEAD has a length only where GET would send exactly that', async () => {
  const plain = await ask('HEAD', path, {});
  expect(plain).toMatchObject({ status: 200, headers: { 'content-length': String(listText.length) } });
  const compressed = await ask('HEAD', path, { 'accept-encoding': 'gzip' });
  expect(compressed).toMatchObject({ status: 200, headers: { etag: '"3"', vary: 'Accept-Encoding' } });
  expect(compressed.headers).not.toHaveProperty('content-length');
  expect(compressed.body).toHaveLength(0);
});

test('services are asked for plain responses', async () => {
  await ask('GET', path, { 'accept-encoding': 'gzip, br' });
  expect(service.received.at(-1)?.headers).not.toHaveProperty('accept-encoding');
});

test('a part of a file is not compressed', async () => {
  const asked = { 'accept-encoding': 'gzip', range: 'bytes=0-1999' };
  const { status, headers, body } = await ask('GET', '/docs/start.js', asked);
  expect(status).toBe(206);
  expect(headers).not.toHaveProperty('content-encoding');
  expect(headers['content-length']).toBe(String(body.length));
});

test('a compressed response of a service that breaks off breaks off', async () => {
  await expect(ask('GET', `/jobs/${id}`, { 'accept-encoding': 'gzip' })).rejects.toThrow('aborted');
});

test('a long compressed response arrives whole', async () => {
  const { headers, body } = await ask('GET', '/payouts', { 'accept-encoding': 'gzip' });
  expect(headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(body).equals(Buffer.from(noise))).toBe(true);
});

test('a client that does not read its compressed response is disconnected', async () => {
  const text = head('GET', '/payouts', { Authorization: gateway.authorization, 'Accept-Encoding': 'gzip' });
  const client = await openRaw(gateway.url, text, { reads: false });
  await eventually(() => expect(client.isGone()).toBe(true));
  client.leave();
});

/** Sends exactly these headers, and keeps the bytes as they came. */
function ask(method: string, target: string, headers: Record<string, string>) {
  return callRaw(gateway.url, method, target, { headers: { authorization: gateway.authorization, ...headers } });
}
