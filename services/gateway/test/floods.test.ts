import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { call, type Gateway, id, startGateway } from './gateway.ts';
import { head, openRaw, type RawClient } from './raw-client.ts';

let service: FakeService;
let gateway: Gateway;
const clients: RawClient[] = [];

beforeEach(async () => {
  service = await startFakeService((_request, response) => json(response, 200, {}));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.leave();
  await gateway.stop();
  await service.stop();
});

async function given(environment: Record<string, string>) {
  gateway = await startGateway({ SCHEDULING_URL: service.url, ...environment });
}

async function send(text: string): Promise<RawClient> {
  const client = await openRaw(gateway.url, text);
  clients.push(client);
  return client;
}

const statuses = (client: RawClient | undefined) =>
  [...(client?.text() ?? '').matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

test('an eleventh unanswered request on one connection resets it', async () => {
  await given({});
  const [ten, eleven] = await Promise.all([10, 11].map((n) => send(head('GET', '/healthz/live').repeat(n))));
  await expect.poll(() => statuses(ten)).toHaveLength(10);
  await expect.poll(() => eleven?.isGone()).toBe(true);
  expect(ten?.isGone()).toBe(false);
});

test('the first health check beyond the limit ends its connection, and those behind it get no response', async () => {
  await given({ RATE_LIMIT_HEALTH: '3' });
  const client = await send(head('GET', '/healthz/ready').repeat(8));
  await expect.poll(() => client.isGone()).toBe(true);
  expect(statuses(client)).toEqual([200, 200, 200, 429]);
  expect(client.text()).toMatch(/Retry-After: 1\r\n/i);
  expect(client.text()).toMatch(/"code":"rate-limited"/);
});

test.each(['/HEALTHZ/ready', '/Healthz/Ready/', 'http://x/healthz/ready', 'http://x/healthz/ready?a=b'])(
  '%s counts as a health check',
  async (target) => {
    await given({ RATE_LIMIT_HEALTH: '3' });
    const ask = () => call(gateway.url, 'GET', target);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(ask));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
  },
);

test('the connection of a trusted proxy stays open beyond the limit of one of its clients', async () => {
  await given({ RATE_LIMIT_HEALTH: '2', TRUST_PROXY: 'loopback' });
  const from = (address: string) => head('GET', '/healthz/ready', { 'X-Forwarded-For': address });
  const client = await send(from('10.0.0.1').repeat(4) + from('10.0.0.2'));
  await expect.poll(() => statuses(client)).toEqual([200, 200, 429, 429, 200]);
  expect(client.isGone()).toBe(false);
});

test('a client far beyond its rate limit is disconnected, and one that is a little beyond it is not', async () => {
  await given({ RATE_LIMIT_PER_ADDRESS: '2' });
  const client = await send('');
  for (let sent = 1; !client.isGone() && sent < 100; sent += 1) {
    client.send(head('GET', `/assignments/${id}`));
    await expect.poll(() => client.isGone() || statuses(client).length >= sent).toBe(true);
    await delay(20);
  }
  expect(client.isGone()).toBe(true);
  expect(statuses(client).slice(-5)).toEqual([401, 401, 429, 429, 429]);
});
