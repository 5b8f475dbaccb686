import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Gateway, id, startGateway } from './gateway.ts';
import { head, openRaw, type RawClient } from './raw-client.ts';

const path = `/assignments/${id}`;
const jsonType = { 'Content-Type': 'application/json' };

let service: FakeService;
let gateway: Gateway;
const clients: RawClient[] = [];

beforeAll(async () => {
  service = await startFakeService((_request, response) => json(response, 200, {}));
  gateway = await startGateway({ SCHEDULING_URL: service.url });
});

afterEach(() => {
  for (const client of clients.splice(0)) client.leave();
  service.received.length = 0;
});

afterAll(async () => {
  await gateway.stop();
  await service.stop();
});

async function send(text: string): Promise<RawClient> {
  const client = await openRaw(gateway.url, text);
  clients.push(client);
  return client;
}

const statuses = (client: RawClient) =>
  [...client.text().matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

const signedIn = (headers: Record<string, string> = {}) => ({ Authorization: gateway.authorization, ...headers });
const hidden = () => head('GET', '/assignments/hidden', signedIn());

test.each([
  [
    'both lengths',
    () => head('POST', '/jobs', signedIn({ ...jsonType, 'Content-Length': '4', 'Transfer-Encoding': 'chunked' })),
  ],
  ['two lengths', () => head('POST', '/jobs', signedIn({ ...jsonType, 'Content-Length': '4\r\nContent-Length: 40' }))],
  ['a list of lengths', () => head('POST', '/jobs', signedIn({ ...jsonType, 'Content-Length': '4, 4' }))],
  ['a signed length', () => head('POST', '/jobs', signedIn({ ...jsonType, 'Content-Length': '+4' }))],
  ['an unknown coding', () => head('POST', '/jobs', signedIn({ ...jsonType, 'Transfer-Encoding': 'chunked, x' }))],
  ['a space before the colon', () => head('POST', '/jobs', signedIn({ ...jsonType, 'Content-Length ': '4' }))],
  ['a folded header', () => head('POST', '/jobs', signedIn({ 'Transfer-Encoding': '\r\n chunked' }))],
  ['a bare line feed', () => `GET ${path} HTTP/1.1\nHost: x\n\n`],
])('a request with %s is 400, and nothing behind it is read', async (_case, request) => {
  const client = await send(`${request()}0\r\n\r\n${hidden()}`);
  await expect.poll(() => client.isGone()).toBe(true);
  expect(statuses(client)).toEqual([400]);
  expect(service.received).toEqual([]);
});

test('a body is forwarded with its own Content-Length', async () => {
  const chunks = '2\r\n{}\r\n0\r\nTrailer: x\r\n\r\n';
  const client = await send(
    head('POST', `${path}/complete`, signedIn({ ...jsonType, 'Transfer-Encoding': 'chunked' })) + chunks,
  );
  await expect.poll(() => statuses(client)).toEqual([200]);
  expect(service.received).toMatchObject([{ body: '{}', headers: { 'content-length': '2' } }]);
  expect(service.received[0]?.headers).not.toHaveProperty('transfer-encoding');
});

test('a request for another protocol is answered as if it had not asked for one', async () => {
  const client = await send(
    head('GET', path, signedIn({ Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'websocket, h2c' })),
  );
  await expect.poll(() => statuses(client)).toEqual([200]);
  client.send(head('GET', path, signedIn()));
  await expect.poll(() => statuses(client)).toEqual([200, 200]);
  for (const { headers } of service.received) expect(headers).not.toHaveProperty('upgrade');
});

test('CONNECT opens no tunnel', async () => {
  const client = await send(`CONNECT ${new URL(service.url).host} HTTP/1.1\r\nHost: x\r\n\r\n${hidden()}`);
  await expect.poll(() => client.isGone()).toBe(true);
  expect(statuses(client).every((status) => status >= 400)).toBe(true);
  expect(service.received).toEqual([]);
});

test('an absolute target and a foreign host do not choose the service', async () => {
  const client = await send(head('GET', `http://127.0.0.1:9${path}?a=b`, signedIn({ Host: 'elsewhere.example' })));
  await expect.poll(() => statuses(client)).toEqual([200]);
  expect(service.received).toMatchObject([{ url: `${path}?a=b`, headers: { host: new URL(service.url).host } }]);
});

test('thousands of headers do not hide the length of a body', async () => {
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`X-${n}`, 'x']));
  const request = head('POST', `${path}/complete`, signedIn({ ...many, ...jsonType, 'Content-Length': '2' }));
  const client = await send(`${request}{}${hidden()}`);
  await expect.poll(() => statuses(client).length).toBeGreaterThan(0);
  await expect.poll(() => client.isGone() || statuses(client).length === 2).toBe(true);
  const urls = service.received.map(({ url, body }) => `${url} ${body}`);
  expect(
    urls.filter((each) => !['/assignments/hidden ', `${path}/complete {}`, `${path}/complete `].includes(each)),
  ).toEqual([]);
});
