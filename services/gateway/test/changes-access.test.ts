import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Setting, startSetting, versions } from './changes-setting.ts';
import { call, type Gateway } from './gateway.ts';
import type { Changes } from './open-changes.ts';

let setting: Setting;
let gateway: Gateway;

beforeAll(async () => {
  setting = await startSetting();
  gateway = await setting.gateway({ MAX_REQUESTS_IN_FLIGHT: '2', MAX_CHANGE_STREAMS: '8' });
});

afterAll(() => setting.stop());

beforeEach(() => setting.renew());

const path = (id: string) => `/assignments/${id}/changes`;

test('a stream without a valid token is 401', async () => {
  expect(await call(gateway.url, 'GET', path(setting.assignmentId()))).toMatchObject({
    status: 401,
    json: { code: 'unauthenticated' },
  });
});

test("scheduling decides by the caller's token who may open a stream", async () => {
  const authorization = await setting.authorization({});
  const answer = await call(gateway.url, 'GET', path(randomUUID()), { headers: { authorization } });
  expect(answer).toMatchObject({ status: 404, json: { code: 'not-found' } });
  expect(setting.scheduling.received.at(-1)?.headers).toMatchObject({ authorization });
});

test.each([
  '',
  'x',
  'AAAA',
  '-1',
  'W10',
  'a'.repeat(1_000),
  Buffer.from('[[1,2,-3],[0,0,0],[0,0,0]]').toString('base64url'),
])('a Last-Event-ID that is not an id of the stream (%#) is 400', async (lastId) => {
  const headers = { authorization: await setting.authorization({}), 'last-event-id': lastId || '%' };
  const before = setting.scheduling.received.length;
  expect(await call(gateway.url, 'GET', path(setting.assignmentId()), { headers })).toMatchObject({
    status: 400,
    json: { code: 'validation-failed', errors: [{ path: '/headers/last-event-id' }] },
  });
  expect(setting.scheduling.received).toHaveLength(before);
});

test('HEAD returns the headers of a stream and ends', async () => {
  const headers = { authorization: await setting.authorization({}) };
  expect(await call(gateway.url, 'HEAD', path(setting.assignmentId()), { headers })).toMatchObject({
    status: 200,
    text: '',
    headers: { 'content-type': 'text/event-stream' },
  });
});

test("only a payout's provider, finance and ops see it, live and on resuming", async () => {
  const providerId = randomUUID();
  const viewers = [
    { roles: ['customer'], sub: randomUUID(), sees: false },
    { roles: ['provider'], sub: randomUUID(), sees: false },
    { roles: ['customer'], sub: providerId, sees: false },
    { roles: ['provider'], sub: providerId, sees: true },
    { roles: ['finance'], sub: randomUUID(), sees: true },
    { roles: ['customer', 'ops'], sub: randomUUID(), sees: true },
  ];
  const streams: Changes[] = [];
  for (const viewer of viewers) streams.push(await setting.follow(gateway, viewer));
  await delay(50);
  const ids = streams.map((stream) => stream.lastId());
  await setting.publish('payout.pending', 1, { providerId });
  await setting.publish('schedule.confirmed', 1);
  for (const [n, stream] of streams.entries()) {
    const expected = viewers[n]?.sees ? ['payout.pending 1', 'schedule.confirmed 1'] : ['schedule.confirmed 1'];
    await stream.until(expected.length);
    await delay(20);
    expect(versions(stream).sort()).toEqual(expected);
    stream.leave();

    const resumed = await setting.follow(gateway, { ...viewers[n], lastId: ids[n] });
    await resumed.until(expected.length);
    await delay(20);
    expect(versions(resumed).sort()).toEqual(expected);
    resumed.leave();
  }
});

test('a stream ends when its token and the leeway expire', async () => {
  const lenient = await setting.gateway({ AUTH_CLOCK_SKEW_S: '1' });
  const start = performance.now();
  const changes = await setting.follow(lenient, { expiresIn: 2 });
  await changes.ended;
  // The expiry is in whole seconds.
  expect(performance.now() - start).toBeGreaterThan(1_900);
  expect(performance.now() - start).toBeLessThan(4_000);
  await expect(setting.follow(lenient, { expiresIn: -2 })).resolves.toMatchObject({ status: 401 });
});

test('open streams have their own limit and do not count as requests in progress', async () => {
  await delay(100);
  for (let n = 0; n < 8; n += 1) expect(await setting.follow(gateway)).toMatchObject({ status: 200 });
  expect(await setting.follow(gateway)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  setting.renew();
  await delay(100);
  expect(await setting.follow(gateway)).toMatchObject({ status: 200 });
});

test('a user may open another stream when one of the maximum has ended', async () => {
  const strict = await setting.gateway({ MAX_CHANGE_STREAMS_PER_USER: '2', MAX_REQUESTS_IN_FLIGHT: '100' });
  const [sub, id] = [randomUUID(), randomUUID()];
  const refused = {
    status: 429,
    headers: { 'retry-after': '5' },
    json: { code: 'too-many-streams', detail: 'You have 2 streams of changes open. Close one first.' },
  };
  // All at once, and those that scheduling refuses: a place is taken before, and given back.
  const headers = { authorization: await setting.authorization({ sub }) };
  const answers = await Promise.all(Array.from({ length: 6 }, () => call(strict.url, 'GET', path(id), { headers })));
  expect(answers.map(({ status }) => status).sort()).toEqual([404, 404, 429, 429, 429, 429]);

  const open = [await setting.follow(strict, { sub }), await setting.follow(strict, { sub, roles: ['ops'] })];
  expect(open).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(await call(strict.url, 'GET', path(setting.assignmentId()), { headers })).toMatchObject(refused);
  expect(await setting.follow(strict, { sub: randomUUID() })).toMatchObject({ status: 200 });
  open[0]?.leave();
  await eventually(async () => expect(await setting.follow(strict, { sub })).toMatchObject({ status: 200 }));
});
