import { eventually } from '@punctual/testkit';
import { afterEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { call, type Gateway, id, startGateway } from './gateway.ts';
import { halfSent, head, openRaw, type RawClient } from './raw-client.ts';

const path = `/assignments/${id}`;
const webhook = '/webhooks/stripe';

let service: FakeService;
let gateway: Gateway;
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.leave();
  await gateway.stop();
  await service.stop();
});

async function given(environment: Record<string, string>) {
  service = await startFakeService((_request, response) => json(response, 200, {}));
  gateway = await startGateway({
    SCHEDULING_URL: service.url,
    PAYOUTS_URL: service.url,
    RATE_LIMIT_WEBHOOKS: '10000',
    RATE_LIMIT_PER_USER: '10000',
    RATE_LIMIT_PER_ADDRESS: '10000',
    HTTP_REQUEST_TIMEOUT_MS: '60000',
    ...environment,
  });
}

async function attack(count: number, text: string, reads = true) {
  const opened = await Promise.all(Array.from({ length: count }, () => openRaw(gateway.url, text, { reads })));
  clients.push(...opened);
  return opened;
}

const gone = (opened: RawClient[]) => opened.filter((client) => client.isGone()).length;

test.each([
  ['without a token', () => ({})],
  ['with the token of the same user', () => ({ Authorization: gateway.authorization })],
])('a thousand half-sent bodies %s leave room for other requests', async (_case, headers) => {
  await given({ MAX_REQUESTS_IN_FLIGHT: '20', MAX_CONNECTIONS_PER_USER: '2000', MAX_CONNECTIONS_PER_ADDRESS: '2000' });
  for (let sent = 0; sent < 1_000; sent += 100) {
    await attack(100, halfSent(webhook, headers()));
    const answer = await gateway.call('POST', `${path}/complete`, {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
    expect(await call(gateway.url, 'GET', '/openapi.json')).toMatchObject({ status: 200 });
  }
});

test.each([
  ['an address', 'MAX_REQUESTS_PER_ADDRESS', () => ({})],
  ['a user', 'MAX_REQUESTS_PER_USER', () => ({ Authorization: gateway.authorization })],
])('half-sent bodies of %s beyond %s end the oldest', async (_case, setting, headers) => {
  await given({ [setting]: '5' });
  const first = await attack(5, halfSent(webhook, headers()));
  await attack(3, halfSent(webhook, headers()));
  await eventually(() => expect(gone(clients)).toBe(3));
  expect(gone(first)).toBe(3);
  expect(clients.find((client) => client.isGone())?.text()).toMatch(/^HTTP\/1.1 429 .*"code":"rate-limited"/s);

  // A complete body gets through.
  const [last] = await attack(1, halfSent(webhook, headers()));
  last?.send(`${' '.repeat(59_998)}}`);
  await eventually(() => expect(last?.text()).toMatch(/^HTTP\/1.1 200 /));
});

test('a user has at most MAX_REQUESTS_PER_USER requests in progress, and others continue', async () => {
  await given({ MAX_REQUESTS_PER_USER: '3' });
  const held: (() => void)[] = [];
  await service.stop();
  service = await startFakeService((_request, response) => held.push(() => json(response, 200, {})), service.port);
  const asked = Array.from({ length: 3 }, () => gateway.call('GET', path));
  await eventually(() => expect(held.length).toBe(3));
  expect(await gateway.call('GET', path)).toMatchObject({
    status: 429,
    json: { code: 'rate-limited' },
    headers: { 'retry-after': '1' },
  });
  const authorization = `Bearer ${await gateway.issuer.token({ sub: crypto.randomUUID(), roles: ['customer'] })}`;
  const other = call(gateway.url, 'GET', path, { headers: { authorization } });
  await eventually(() => expect(held.length).toBe(4));
  for (const answer of held) answer();
  expect((await Promise.all([...asked, other])).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test.each([
  ['idle', ''],
  ['half of their headers', 'GET / HTTP/1.1\r\nHo'],
])('an address has at most MAX_CONNECTIONS_PER_ADDRESS connections: %s', async (_case, text) => {
  await given({ MAX_CONNECTIONS_PER_ADDRESS: '10' });
  // A signed-in client of the same address keeps its connection through all of it.
  const signedIn = await openRaw(gateway.url, head('GET', path, { Authorization: gateway.authorization }));
  clients.push(signedIn);
  await eventually(() => expect(signedIn.text()).toContain('200 OK'));
  const idle = await attack(30, text);
  await eventually(() => expect(idle.length - gone(idle)).toBe(9));
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
  expect(await call(gateway.url, 'GET', '/openapi.json')).toMatchObject({ status: 200 });
  expect(signedIn.isGone()).toBe(false);
});

test('all addresses together have at most MAX_CONNECTIONS', async () => {
  await given({ MAX_CONNECTIONS: '10' });
  const idle = await attack(30, '');
  await eventually(() => expect(idle.length - gone(idle)).toBe(10));
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
});

test('a user has at most MAX_CONNECTIONS_PER_USER connections', async () => {
  await given({ MAX_CONNECTIONS_PER_USER: '5' });
  const idle = await attack(20, head('GET', path, { Authorization: gateway.authorization }));
  await eventually(() => expect(idle.length - gone(idle)).toBe(5));
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
});

test('the connections of a trusted proxy have no limit per address or user', async () => {
  await given({ MAX_CONNECTIONS_PER_ADDRESS: '2', MAX_CONNECTIONS_PER_USER: '2', TRUST_PROXY: 'loopback' });
  const idle = await attack(10, head('GET', path, { Authorization: gateway.authorization }));
  await eventually(() => expect(idle.filter((client) => client.text().includes('200 OK')).length).toBe(10));
  expect(gone(idle)).toBe(0);
});

test('unfinished requests behind a trusted proxy count by the forwarded address', async () => {
  await given({ MAX_REQUESTS_PER_ADDRESS: '2', TRUST_PROXY: 'loopback' });
  const from = (address: string) => halfSent(webhook, { 'X-Forwarded-For': address });
  const others = await attack(2, from('10.0.0.1'));
  const flood = await attack(6, from('10.0.0.2'));
  await eventually(() => expect(gone(flood)).toBe(4));
  expect(gone(others)).toBe(0);
});

test('a client that pipelines without reading is disconnected', async () => {
  await given({});
  const [client] = await attack(1, head('GET', '/openapi.json').repeat(1_000), false);
  await eventually(() => expect(client?.isGone()).toBe(true));
  expect(await call(gateway.url, 'GET', '/openapi.json')).toMatchObject({ status: 200 });
});

test('health checks have their own limit per address', async () => {
  await given({ RATE_LIMIT_HEALTH: '10', RATE_LIMIT_PER_ADDRESS: '3' });
  const ask = (target: string) => call(gateway.url, 'GET', target);
  await Promise.all(Array.from({ length: 10 }, () => ask('/openapi.json')));
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask('/healthz/ready')));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(10);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(1);
  expect(answers.find(({ status }) => status === 429)).toMatchObject({ json: { code: 'rate-limited' } });
});
