import { once } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { afterEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { call, type Gateway, id, startGateway } from './gateway.ts';

const path = `/assignments/${id}`;
const turnedAway = { status: 503, json: { code: 'unavailable' }, headers: { 'retry-after': '1' } };

let service: FakeService;
let gateway: Gateway;
/** Requests that the service has not answered yet. */
let held: ServerResponse[];

afterEach(async () => {
  await gateway.stop();
  await service.stop();
});

async function given(environment: Record<string, string>) {
  held = [];
  service = await startFakeService((_request, response) => held.push(response));
  gateway = await startGateway({ SCHEDULING_URL: service.url, ...environment });
}

async function untilHeld(count: number) {
  while (held.length < count) await delay(5);
}

const answerHeld = () => {
  for (const response of held.splice(0)) json(response, 200, {});
};

test('requests beyond UPSTREAM_CONNECTIONS wait, and beyond UPSTREAM_QUEUE are 503 at once', async () => {
  await given({ UPSTREAM_CONNECTIONS: '2', UPSTREAM_QUEUE: '1' });
  const taken = [1, 2, 3].map(() => gateway.call('GET', path));
  await untilHeld(2);
  await delay(50);
  expect(held).toHaveLength(2);
  expect(await gateway.call('GET', path)).toMatchObject(turnedAway);
  expect(await gateway.call('GET', '/payouts')).toMatchObject({ status: 503 });

  answerHeld();
  await untilHeld(1);
  answerHeld();
  expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200, 200]);
  const next = gateway.call('GET', path);
  await untilHeld(1);
  answerHeld();
  expect(await next).toMatchObject({ status: 200 });
});

test('clients that leave and services that fail free their slots', async () => {
  await given({ UPSTREAM_CONNECTIONS: '1', UPSTREAM_QUEUE: '0', UPSTREAM_TIMEOUT_MS: '200' });
  for (let n = 0; n < 3; n += 1) expect(await gateway.call('GET', path)).toMatchObject({ status: 504 });
  const leaving = new AbortController();
  const { authorization } = gateway;
  const asked = fetch(gateway.url + path, { headers: { authorization }, signal: leaving.signal });
  leaving.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  await delay(50);
  held = [];
  const next = gateway.call('GET', path);
  await untilHeld(1);
  answerHeld();
  expect(await next).toMatchObject({ status: 200 });
});

test('a client that leaves while waiting frees its place in the queue', async () => {
  await given({ UPSTREAM_CONNECTIONS: '1', UPSTREAM_QUEUE: '1' });
  const first = gateway.call('GET', path);
  await untilHeld(1);
  const leaving = new AbortController();
  const { authorization } = gateway;
  const ask = (signal: AbortSignal) => fetch(gateway.url + path, { headers: { authorization }, signal });
  const waiting = ask(leaving.signal);
  await eventually(async () => expect((await ask(AbortSignal.timeout(300))).status).toBe(503));
  leaving.abort();
  await expect(waiting).rejects.toThrow(/abort/i);

  const untilTaken = async () => {
    for (;;) {
      const answer = await gateway.call('GET', path);
      if (answer.status !== 503) return answer;
    }
  };
  const third = untilTaken();
  await delay(300);
  answerHeld();
  await untilHeld(1);
  answerHeld();
  expect((await Promise.all([first, third])).map(({ status }) => status)).toEqual([200, 200]);
  expect(service.received).toHaveLength(2);
});

test('MAX_REQUESTS_IN_FLIGHT counts only requests that have arrived', async () => {
  await given({ MAX_REQUESTS_IN_FLIGHT: '2' });
  const { hostname, port } = new URL(gateway.url);
  const { authorization } = gateway;
  const headers = { authorization, 'content-type': 'application/json', 'content-length': '2' };
  const slow = [1, 2].map(() => request({ hostname, port, path: '/jobs', method: 'POST', headers, agent: false }));
  const answered = slow.map((each) => once(each, 'response'));
  for (const each of slow) each.write('{');
  await delay(100);
  const first = gateway.call('GET', path);
  await untilHeld(1);

  slow[0]?.end('}');
  await untilHeld(2);
  expect(await gateway.call('GET', path)).toMatchObject(turnedAway);
  expect(await call(gateway.url, 'GET', '/healthz/live')).toMatchObject({ status: 200 });
  slow[1]?.end('}');
  expect((await answered[1])?.[0].statusCode).toBe(503);
  answerHeld();
  expect(await first).toMatchObject({ status: 200 });
  expect((await answered[0])?.[0].statusCode).toBe(200);
});

test('a slow body does not keep the gateway from stopping', async () => {
  await given({ SHUTDOWN_GRACE_MS: '1000' });
  const { hostname, port } = new URL(gateway.url);
  const headers = { authorization: gateway.authorization, 'content-type': 'application/json', 'content-length': '10' };
  const slow = request({ hostname, port, path: '/jobs', method: 'POST', headers, agent: false });
  slow.on('error', () => undefined).write('{');
  await delay(100);
  const start = performance.now();
  await gateway.stop();
  expect(performance.now() - start).toBeLessThan(900);
});

test('requests are 503 while the event loop lags, and accepted afterwards', async () => {
  await given({ MAX_EVENT_LOOP_DELAY_MS: '60' });
  const until = performance.now() + 1_500;
  while (performance.now() < until) {
    const pause = performance.now() + 200;
    while (performance.now() < pause);
    await delay(1);
  }
  expect(await gateway.call('GET', path)).toMatchObject(turnedAway);
  expect(await call(gateway.url, 'GET', '/healthz/live')).toMatchObject({ status: 200 });

  await delay(2_200);
  const next = gateway.call('GET', path);
  await untilHeld(1);
  answerHeld();
  expect(await next).toMatchObject({ status: 200 });
});
