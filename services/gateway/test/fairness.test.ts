import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { call, type Gateway, id, startGateway } from './gateway.ts';

const path = `/assignments/${id}`;

let service: FakeService;
let gateway: Gateway;

afterEach(async () => {
  await gateway.stop();
  await service.stop();
});

test("a user with a hundred requests in progress does not delay another user's", async () => {
  const held: (() => void)[] = [];
  service = await startFakeService((_request, response) => void held.push(() => json(response, 200, {})));
  gateway = await startGateway({ SCHEDULING_URL: service.url, UPSTREAM_REQUESTS_PER_USER: '4' });
  const crowd = Array.from({ length: 100 }, () => gateway.call('GET', '/assignments?limit=100'));
  await expect.poll(() => held.length).toBe(4);

  const authorization = `Bearer ${await gateway.issuer.token({ sub: randomUUID(), roles: ['customer'] })}`;
  const other = call(gateway.url, 'GET', path, { headers: { authorization } });
  await expect.poll(() => service.received.map(({ url }) => url)).toContain(path);
  // Four of the crowd, and no more, were before it.
  expect(service.received.map(({ url }) => url).indexOf(path)).toBe(4);

  let isOver = false;
  const answering = (async () => {
    for (; !isOver; await delay(5)) for (const answer of held.splice(0)) answer();
  })();
  const answers = await Promise.all([...crowd, other]);
  isOver = true;
  await answering;
  expect(answers.every(({ status }) => status === 200)).toBe(true);
});
