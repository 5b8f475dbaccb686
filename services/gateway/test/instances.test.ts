import { once } from 'node:events';
import { Agent, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpConfig, startingHeader, startService } from '@punctual/chassis';
import { eventually } from '@punctual/testkit';
import express, { type Express } from 'express';
import { afterEach, expect, test } from 'vitest';
import { startBlackHole } from './black-hole.ts';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Gateway, id, startGateway } from './gateway.ts';

const path = `/assignments/${id}`;
const unavailable = { status: 503, json: { code: 'unavailable' } };
const ok: Parameters<typeof startFakeService>[0] = (_request, response) => json(response, 200, {});

const open: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
});

async function service(...parameters: Parameters<typeof startFakeService>): Promise<FakeService> {
  const started = await startFakeService(...parameters);
  open.push(started);
  return started;
}

async function gatewayBefore(urls: string[], environment: Record<string, string> = {}): Promise<Gateway> {
  const started = await startGateway({ SCHEDULING_URL: urls.join(', '), ...environment });
  open.push(started);
  return started;
}

async function blackHole(): Promise<{ url: string }> {
  const started = await startBlackHole();
  open.push(started);
  return started;
}

async function refusingUrl(): Promise<{ url: string; port: number }> {
  const gone = await startFakeService(ok);
  await gone.stop();
  return gone;
}

test('requests are spread over all instances', async () => {
  const instances = await Promise.all([1, 2, 3].map(() => service(ok)));
  const gateway = await gatewayBefore(instances.map(({ url }) => url));
  for (let n = 0; n < 30; n += 1) expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
  for (const { received } of instances) expect(received).toHaveLength(10);
});

test('an instance that has not answered yet gets no further request', async () => {
  const answer = Promise.withResolvers<void>();
  const slow = await service((_request, response) => void answer.promise.then(() => json(response, 200, {})));
  const fast = await service(ok);
  const gateway = await gatewayBefore([slow.url, fast.url]);
  const asked = Array.from({ length: 2 }, () => gateway.call('GET', path));
  await Promise.race(asked);
  for (let n = 0; n < 20; n += 1) await gateway.call('GET', path);
  expect(slow.received).toHaveLength(1);
  expect(fast.received).toHaveLength(21);
  answer.resolve();
  await Promise.all(asked);
});

test.each(['GET', 'POST'])('a starting instance loses no %s', async (method) => {
  const { url, port } = await refusingUrl();
  const there = await service(ok);
  const started = Promise.withResolvers<Express>();
  const definition = { name: 'starting', config: HttpConfig, createApp: () => started.promise };
  const starting = startService(definition, { PORT: String(port), LOG_LEVEL: 'silent', SHUTDOWN_DRAIN_MS: '0' });
  await eventually(async () => expect((await fetch(`${url}/healthz/live`)).status).toBe(200));
  const gateway = await gatewayBefore([url, there.url]);
  const target = method === 'GET' ? path : `${path}/complete`;
  for (let n = 0; n < 10; n += 1) expect(await gateway.call(method, target)).toMatchObject({ status: 200 });
  expect(there.received).toHaveLength(10);

  started.resolve(express());
  await (await starting).stop();
});

test.each(['GET', 'POST'])('an instance that refuses connections loses no %s', async (method) => {
  const gone = await refusingUrl();
  const there = await service(ok);
  const gateway = await gatewayBefore([gone.url, there.url]);
  const target = method === 'GET' ? path : `${path}/complete`;
  for (let n = 0; n < 20; n += 1) expect(await gateway.call(method, target)).toMatchObject({ status: 200 });
  expect(there.received).toHaveLength(20);

  const back = await service(ok, gone.port);
  await eventually(async () => expect((await gateway.call(method, target)) && back.received.length).toBeGreaterThan(5));
});

test('a service whose instances are all starting is 503 with Retry-After', async () => {
  const starting = await service((_request, response) => json(response, 503, {}, { [startingHeader]: '1' }));
  const gateway = await gatewayBefore([starting.url]);
  const answer = await gateway.call('POST', `${path}/complete`);
  expect(answer).toMatchObject({ ...unavailable, headers: { 'retry-after': '1' } });
  expect(answer.headers).not.toHaveProperty(startingHeader);
});

test('an unreachable instance costs one connect timeout and is then asked last', async () => {
  const there = await service(ok);
  const gateway = await gatewayBefore([(await blackHole()).url, there.url], { UPSTREAM_CONNECT_TIMEOUT_MS: '400' });
  const start = performance.now();
  for (let n = 0; n < 40; n += 1) expect(await gateway.call('POST', `${path}/complete`)).toMatchObject({ status: 200 });
  expect(performance.now() - start).toBeLessThan(20 * 400);
  expect(there.received).toHaveLength(40);
});

test('a service without reachable instances is 503 within three seconds', async () => {
  const [gone, first, second] = [await refusingUrl(), await blackHole(), await blackHole()];
  const gateway = await gatewayBefore([first.url, gone.url, second.url]);
  const start = performance.now();
  expect(await gateway.call('POST', `${path}/complete`)).toMatchObject(unavailable);
  expect(performance.now() - start).toBeLessThan(3_500);
});

test('a broken connection repeats reads and commands with a key elsewhere, and no others', async () => {
  const broken = await service((_request, _response, raw) => raw.socket.destroy());
  const there = await service(ok);
  const gateway = await gatewayBefore([broken.url, there.url]);
  const keyed = { headers: { 'idempotency-key': 'k' } };
  for (let n = 0; n < 4; n += 1) {
    expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
    expect(await gateway.call('POST', `${path}/complete`, keyed)).toMatchObject({ status: 200 });
  }
  expect(broken.received.length).toBeGreaterThan(0);

  there.received.length = 0;
  broken.received.length = 0;
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await gateway.call('POST', `${path}/complete`)).status);
  expect(broken.received.length + there.received.length).toBe(4);
  expect(statuses.filter((status) => status === 503)).toHaveLength(broken.received.length);
});

test('a service has at most UPSTREAM_CONNECTIONS requests, however many instances', async () => {
  const held: ServerResponse[] = [];
  const instances = await Promise.all([1, 2].map(() => service((_request, response) => held.push(response))));
  const gateway = await gatewayBefore(
    instances.map(({ url }) => url),
    { UPSTREAM_CONNECTIONS: '2', UPSTREAM_QUEUE: '1' },
  );
  // Two are sent, one waits, and one is too many.
  const asked = [1, 2, 3, 4].map(() => gateway.call('GET', path));
  expect(await Promise.race(asked)).toMatchObject(unavailable);
  await eventually(() => expect(held.length).toBe(2));
  for (let n = 0; n < 3; n += 1) {
    await eventually(() => expect(held.length).toBeGreaterThan(0));
    json(held.shift() as ServerResponse, 200, {});
  }
  expect((await Promise.all(asked)).map(({ status }) => status).sort()).toEqual([200, 200, 200, 503]);
});

test('an idle connection is not reused, whatever keep-alive the service offers', async () => {
  const sockets = new Set<Socket>();
  const patient = await service((_request, response, raw) => {
    sockets.add(raw.socket);
    json(response, 200, {}, { 'keep-alive': 'timeout=75' });
  });
  const gateway = await gatewayBefore([patient.url], { UPSTREAM_IDLE_MS: '2000' });
  await gateway.call('GET', path);
  await gateway.call('GET', path);
  expect(sockets.size).toBe(1);
  await eventually(() => expect([...sockets][0]?.destroyed).toBe(true));
  await gateway.call('GET', path);
  expect(sockets.size).toBe(2);
});

test('a connection closed by the service while idle loses no command', async () => {
  const sockets = new Set<Socket>();
  const impatient = await service((_request, response, raw) => {
    sockets.add(raw.socket);
    json(response, 200, {});
  });
  const gateway = await gatewayBefore([impatient.url]);
  for (let n = 0; n < 30; n += 1) {
    for (const socket of sockets) socket.end();
    expect(await gateway.call('POST', `${path}/complete`)).toMatchObject({ status: 200 });
  }
  expect(impatient.received).toHaveLength(30);
  expect(sockets.size).toBe(30);
});

test('a draining instance gets no requests while another is available', async () => {
  let isDraining = true;
  const draining = await service((_request, response) =>
    json(response, 200, {}, isDraining ? { connection: 'close' } : {}),
  );
  const there = await service(ok);
  const gateway = await gatewayBefore([draining.url, there.url]);
  for (let n = 0; n < 40; n += 1) expect(await gateway.call('GET', path)).toMatchObject({ status: 200 });
  expect(draining.received.length).toBeLessThan(8);
  isDraining = false;
  const before = draining.received.length;
  await eventually(async () =>
    expect((await gateway.call('GET', path)) && draining.received.length - before).toBeGreaterThan(5),
  );
});

test("a service's Connection: close does not close the client's connection", async () => {
  const sockets = new Set<Socket>();
  const draining = await service((_request, response, raw) => {
    sockets.add(raw.socket);
    json(response, 200, {}, { connection: 'close' });
  });
  const gateway = await gatewayBefore([draining.url]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async () => {
    const { authorization } = gateway;
    const sent = request(gateway.url + path, { agent, headers: { authorization } }).end();
    const [answer] = await once(sent, 'response');
    await once(answer.resume(), 'end');
    return { connection: answer.headers.connection, port: sent.socket?.localPort };
  };
  const [first, second] = [await ask(), await ask()];
  agent.destroy();
  expect(first.connection).toBe('keep-alive');
  expect(second.port).toBe(first.port);
  expect(sockets.size).toBe(2);
});

test("a client's Connection: close does not close the service's connection", async () => {
  const sockets = new Set<Socket>();
  const there = await service((_request, response, raw) => {
    sockets.add(raw.socket);
    json(response, 200, {});
  });
  const gateway = await gatewayBefore([there.url]);
  for (let n = 0; n < 3; n += 1) {
    const answer = await gateway.call('GET', path, { headers: { connection: 'close' } });
    expect(answer.headers.connection).toBe('close');
  }
  expect(sockets.size).toBe(1);
  expect(there.received.map(({ headers }) => headers.connection)).toEqual(Array(3).fill('keep-alive'));
});

test('a client that leaves ends the search for an instance', async () => {
  const gone = await refusingUrl();
  const gateway = await gatewayBefore([gone.url]);
  const { authorization } = gateway;
  const sent = request(gateway.url + path, { method: 'POST', agent: false, headers: { authorization } });
  const left = new Promise((resolve) => sent.once('error', resolve));
  sent.end();
  await once(sent, 'finish');
  sent.destroy();
  await left;
  const back = await service(ok, gone.port);
  await delay(500);
  expect(back.received).toEqual([]);
});
