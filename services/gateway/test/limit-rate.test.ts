import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { call, type Gateway, id, startGateway } from './gateway.ts';

const path = `/assignments/${id}`;
const tooMany = {
  status: 429,
  json: { code: 'rate-limited', status: 429 },
  headers: { 'retry-after': '1', 'content-type': expect.stringContaining('application/problem+json') },
};

let service: FakeService;
let gateway: Gateway;

beforeEach(async () => {
  service = await startFakeService((_request, response) => json(response, 200, {}));
});

afterEach(async () => {
  await gateway.stop();
  await service.stop();
});

async function given(environment: Record<string, string>) {
  gateway = await startGateway({
    SCHEDULING_URL: service.url,
    RATE_LIMIT_PER_USER: '5',
    RATE_LIMIT_PER_ADDRESS: '3',
    ...environment,
  });
}

const times = <T>(count: number, run: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => run(n)));
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

test('a user has RATE_LIMIT_PER_USER requests per second with all tokens together', async () => {
  await given({});
  const sub = randomUUID();
  const bearer = async () => ({ authorization: `Bearer ${await gateway.issuer.token({ sub, roles: ['customer'] })}` });
  const answers = await times(8, async () => call(gateway.url, 'GET', path, { headers: await bearer() }));
  expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect(answers.find(({ status }) => status === 429)).toMatchObject(tooMany);
  expect(service.received).toHaveLength(5);
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });

  await delay(1_100);
  expect(await call(gateway.url, 'GET', path, { headers: await bearer() })).toMatchObject({ status: 200 });
});

test.each([
  ['no token', path, {}, 401],
  ['a bad token', path, { authorization: 'Bearer x.y.z' }, 401],
  ['an unknown route', '/nothing', {}, 404],
  ['a public path', '/openapi.json', {}, 200],
])('an address has RATE_LIMIT_PER_ADDRESS requests per second with %s', async (_case, target, headers, status) => {
  await given({});
  const answers = await times(5, () => call(gateway.url, 'GET', target, { headers }));
  expect(statuses(answers)).toEqual([status, status, status, 429, 429].sort());
  expect(answers.find((answer) => answer.status === 429)).toMatchObject(tooMany);
});

test('a flood from one address affects neither its signed-in users nor health checks', async () => {
  await given({});
  await times(10, () => call(gateway.url, 'GET', path));
  expect(await call(gateway.url, 'GET', path)).toMatchObject(tooMany);
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
  expect(await call(gateway.url, 'GET', '/healthz/ready')).toMatchObject({ status: 200 });
});

test('webhooks have their own limit', async () => {
  await given({ RATE_LIMIT_WEBHOOKS: '6', PAYOUTS_URL: service.url });
  const headers = { 'content-type': 'application/json' };
  const notices = () => times(8, () => call(gateway.url, 'POST', '/webhooks/stripe', { headers, body: '{}' }));
  await times(5, () => call(gateway.url, 'GET', path));
  expect(statuses(await notices())).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
});

const from = (address: string) => call(gateway.url, 'GET', path, { headers: { 'x-forwarded-for': address } });

test('X-Forwarded-For of a client is ignored without a trusted proxy', async () => {
  await given({});
  const answers = await times(5, (n) => from(`10.0.0.${n}`));
  expect(statuses(answers)).toEqual([401, 401, 401, 429, 429]);
});

test('only the address that a trusted proxy added counts', async () => {
  await given({ TRUST_PROXY: '1' });
  expect(statuses(await times(5, (n) => from(`10.0.0.${n}`)))).toEqual([401, 401, 401, 401, 401]);
  expect(statuses(await times(5, (n) => from(`10.0.1.${n}, 10.9.9.9`)))).toEqual([401, 401, 401, 429, 429]);
});

test('proxies may be trusted by network', async () => {
  await given({ TRUST_PROXY: 'loopback, 10.9.0.0/16' });
  expect(statuses(await times(5, (n) => from(`10.0.0.${n}, 10.9.9.9`)))).toEqual([401, 401, 401, 401, 401]);
});

test('an IPv6 network counts as one address, and a mapped IPv4 address as itself', async () => {
  await given({ TRUST_PROXY: '1' });
  const sameNetwork = await times(5, (n) => from(`2001:db8:0:1::${n}`));
  expect(statuses(sameNetwork)).toEqual([401, 401, 401, 429, 429]);
  const mapped = await times(5, (n) => from(`::ffff:10.0.0.${n}`));
  expect(statuses(mapped)).toEqual([401, 401, 401, 401, 401]);
});
