import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { afterEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Gateway, id, startGateway } from './gateway.ts';
import { head, openRaw, type RawClient } from './raw-client.ts';

const path = `/assignments/${id}`;
/** More than the buffers of the system hold. */
const large = Buffer.alloc(24 * 1024 * 1024, 'a line of an export\n');

let service: FakeService;
let gateway: Gateway;
const clients: RawClient[] = [];
/** How many large answers the service has sent as a whole. */
let sentWhole = 0;

afterEach(async () => {
  for (const client of clients.splice(0)) client.leave();
  await gateway.stop();
  await service.stop();
});

async function given(environment: Record<string, string>) {
  sentWhole = 0;
  const respond = (response: ServerResponse) => {
    response.once('finish', () => (sentWhole += 1));
    response.writeHead(200, { 'content-type': 'text/csv' }).end(large);
  };
  service = await startFakeService(({ url }, response) =>
    url === '/payouts' ? respond(response) : json(response, 200, {}),
  );
  gateway = await startGateway({ SCHEDULING_URL: service.url, PAYOUTS_URL: service.url, ...environment });
}

async function askWithoutReading(count: number) {
  const text = head('GET', '/payouts', { Authorization: gateway.authorization });
  const opened = await Promise.all(Array.from({ length: count }, () => openRaw(gateway.url, text, { reads: false })));
  clients.push(...opened);
}

test('clients that do not read hold no connection to a service', async () => {
  await given({ UPSTREAM_CONNECTIONS: '2', UPSTREAM_QUEUE: '20', HTTP_SLOW_READER_MS: '60000' });
  await askWithoutReading(6);
  await eventually(() => expect(sentWhole).toBe(6));
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
  expect(clients.some((client) => client.isGone())).toBe(false);
  // The files have no name that could outlive the process.
  const files = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('punctual-unread-'));
  await eventually(async () => expect(await files()).toEqual([]));
}, 30_000);

test('a slow client gets every byte', async () => {
  await given({ UPSTREAM_CONNECTIONS: '1', HTTP_SLOW_READER_MS: '60000' });
  const { hostname, port } = new URL(gateway.url);
  const { authorization } = gateway;
  const asked = request({ hostname, port, path: '/payouts', headers: { authorization }, agent: false }).end();
  const [response] = await new Promise<[NodeJS.ReadableStream & { headers: object }]>((resolve) =>
    asked.once('response', (...answer) => resolve(answer as never)),
  );
  const hash = createHash('sha256');
  let pieces = 0;
  for await (const chunk of response) {
    hash.update(chunk as Buffer);
    pieces += 1;
    if (pieces < 40) await delay(50);
    if (pieces === 20) expect(await gateway.call('GET', '/payouts')).toMatchObject({ status: 200 });
  }
  expect(hash.digest('hex')).toBe(createHash('sha256').update(large).digest('hex'));
}, 60_000);

test('clients that do not read are disconnected while others are served', async () => {
  await given({ HTTP_SLOW_READER_MS: '1000', MAX_REQUESTS_PER_USER: '20' });
  await askWithoutReading(20);
  for (let n = 0; n < 5; n += 1) {
    const other = `Bearer ${await gateway.issuer.token({ sub: crypto.randomUUID(), roles: ['finance'] })}`;
    expect(await gateway.call('GET', path, { headers: { authorization: other } })).toMatchObject({ status: 200 });
  }
  await eventually(() => expect(clients.filter((client) => client.isGone()).length).toBe(20));
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
}, 60_000);

test('unread responses of a user beyond MAX_REQUESTS_PER_USER end the oldest', async () => {
  await given({ MAX_REQUESTS_PER_USER: '3', HTTP_SLOW_READER_MS: '60000' });
  // One after another, so that the first is the oldest.
  for (const count of [1, 2, 3]) {
    await askWithoutReading(1);
    await eventually(() => expect(sentWhole).toBe(count));
  }
  expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
  await eventually(() => expect(clients.map((client) => client.isGone())).toEqual([true, false, false]));
}, 30_000);

test('a service waits for a slow client when the spool is full', async () => {
  await given({ MAX_SPOOL_MB: '0', UPSTREAM_CONNECTIONS: '1', UPSTREAM_QUEUE: '5', HTTP_SLOW_READER_MS: '2000' });
  expect((await gateway.call('GET', '/payouts')).text).toHaveLength(large.length);
  await askWithoutReading(1);
  await delay(500);
  expect(sentWhole).toBe(1);
  expect(await gateway.call('GET', '/payouts')).toMatchObject({ status: 200 });
  await eventually(() => expect(clients[0]?.isGone()).toBe(true));
}, 30_000);

test('a request that waits too long for its turn is 504', async () => {
  await given({ UPSTREAM_CONNECTIONS: '1', UPSTREAM_QUEUE: '5', UPSTREAM_QUEUE_TIMEOUT_MS: '300' });
  await service.stop();
  const held: ServerResponse[] = [];
  service = await startFakeService((_request, response) => held.push(response), service.port);
  const first = gateway.call('GET', path);
  await eventually(() => expect(held.length).toBe(1));
  expect(await gateway.call('POST', `${path}/complete`)).toMatchObject({
    status: 504,
    json: { code: 'upstream-timeout', detail: expect.stringContaining('has not been asked') },
    headers: { 'retry-after': '1' },
  });
  expect(held).toHaveLength(1);
  json(held[0] as ServerResponse, 200, {});
  expect(await first).toMatchObject({ status: 200 });
});
