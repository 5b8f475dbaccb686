import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Setting, startSetting, versions } from './changes-setting.ts';
import { call, type Gateway } from './gateway.ts';
import { changesOf, openChanges } from './open-changes.ts';

let setting: Setting;
let gateway: Gateway;

beforeAll(async () => {
  setting = await startSetting();
  gateway = await setting.gateway();
});

afterAll(() => setting.stop());

beforeEach(() => setting.renew());

test('a stream sends each version once, and drops a late older one', async () => {
  const changes = await setting.follow(gateway);
  const about = { assignmentId: setting.assignmentId(), version: 2 };
  await setting.producer.publish('schedule.confirmed', about);
  await setting.producer.publish('schedule.confirmed', about);
  await setting.publish('schedule.proposed', 1);
  await setting.publish('schedule.cancelled', 3);
  await changes.until(2);
  await delay(50);
  expect(versions(changes)).toEqual(['schedule.confirmed 2', 'schedule.cancelled 3']);
});

test('the feed skips malformed events and unknown types', async () => {
  const changes = await setting.follow(gateway);
  const { producer } = setting;
  const event = { partitionkey: setting.assignmentId(), sequence: '0000000001' };
  await producer.publishRaw('schedule.confirmed', '{"type": ');
  await producer.publishRaw('schedule.confirmed', JSON.stringify({ ...event, type: 'schedule.confirmed' }));
  await producer.publishRaw('schedule.reassigned', JSON.stringify({ ...event, type: 'schedule.reassigned' }));
  await setting.publish('schedule.confirmed', 2);
  await changes.until(1);
  await delay(50);
  expect(versions(changes)).toEqual(['schedule.confirmed 2']);
});

test('an event with unreadable headers is sent, and so are those after it', async () => {
  const changes = await setting.follow(gateway);
  await setting.producer.publishWithOddHeaders('schedule.proposed', {
    assignmentId: setting.assignmentId(),
    version: 1,
  });
  await setting.publish('schedule.confirmed', 2);
  await changes.until(2);
  expect(versions(changes)).toEqual(['schedule.proposed 1', 'schedule.confirmed 2']);
});

test("a gap older than the gateway's memory is read from NATS, and leaves no consumer", async () => {
  const before = await setting.follow(gateway);
  await setting.publish('schedule.proposed', 1);
  await before.until(1);
  before.leave();
  await setting.producer.publishOthers(3_000);
  await setting.publish('schedule.confirmed', 2);
  await setting.producer.publishOthers(3_000);
  const consumers = await setting.producer.consumers('SCHEDULE');

  const fresh = await setting.gateway();
  for (const each of [gateway, fresh]) {
    const resumed = await setting.follow(each, { lastId: before.lastId() });
    await setting.publish('schedule.expired', each === gateway ? 3 : 4);
    await resumed.until(each === gateway ? 2 : 3);
    await delay(50);
    const live = ['schedule.expired 3', 'schedule.expired 4'].slice(0, each === gateway ? 1 : 2);
    expect(versions(resumed)).toEqual(['schedule.confirmed 2', ...live]);
  }
  expect(await setting.producer.consumers('SCHEDULE')).toBe(consumers + 1);
});

test('a client that does not read is disconnected before its backlog grows', async () => {
  const authorization = await setting.authorization({});
  const slow = await openChanges(gateway.url, changesOf(setting.assignmentId()), { authorization }, { reads: false });
  const quick = await setting.follow(gateway);
  const notes = 'x'.repeat(20_000);
  const count = 800;
  for (let version = 1; version <= count; version += 1) await setting.publish('schedule.proposed', version, { notes });
  await quick.until(count, 20_000);
  slow.response.resume();
  await expect(slow.ended).rejects.toThrow(/aborted|ECONNRESET/);
});

test('a recreated stream is followed from its beginning, and old ids are 410', async () => {
  const before = await setting.follow(gateway);
  await setting.publish('schedule.proposed', 1);
  await setting.publish('schedule.confirmed', 2);
  await before.until(2);
  const after = before.lastId();
  await setting.producer.loseStream('SCHEDULE');
  await setting.producer.publishOthers(10);
  for (const version of [1, 2, 3]) await setting.publish('schedule.proposed', version);
  await before.until(3, 10_000);
  expect(versions(before).at(-1)).toBe('schedule.proposed 3');

  expect(await setting.follow(gateway, { lastId: after })).toMatchObject({ status: 410 });
  const resumed = await setting.follow(gateway, { lastId: before.lastId() });
  await setting.publish('schedule.confirmed', 4);
  await resumed.until(1);
  expect(versions(resumed)).toEqual(['schedule.confirmed 4']);
});

test('streams stay open while NATS is unavailable, and continue afterwards', async () => {
  const changes = await setting.follow(gateway);
  await setting.publish('schedule.proposed', 1);
  await changes.until(1);
  await setting.environment.stopNats();
  const alive = changes.text().match(/: alive/g)?.length ?? 0;
  await delay(1_000);
  expect(changes.text().match(/: alive/g)?.length).toBeGreaterThan(alive);
  expect(await call(gateway.url, 'GET', '/healthz/ready')).toMatchObject({
    status: 200,
    json: { status: 'ready', checks: { broker: 'away' } },
  });

  await setting.environment.startNatsAgain();
  await eventually(() => setting.publish('schedule.confirmed', 2));
  await changes.until(2, 15_000);
  expect(versions(changes)).toEqual(['schedule.proposed 1', 'schedule.confirmed 2']);
});

test('a gateway returns 503 for streams until it has reached NATS', async () => {
  await setting.environment.stopNats();
  const fresh = await setting.gateway();
  const authorization = await setting.authorization({});
  const path = `/assignments/${setting.assignmentId()}/changes`;
  expect(await call(fresh.url, 'GET', path, { headers: { authorization } })).toMatchObject({
    status: 503,
    json: { code: 'unavailable' },
    headers: { 'retry-after': '1' },
  });
  const waiting = setting.follow(fresh);
  await setting.environment.startNatsAgain();
  expect(await waiting).toMatchObject({ status: 200 });
});

test('a gateway that stops ends its streams properly and at once', async () => {
  const stopping = await setting.gateway();
  const streams = await Promise.all(Array.from({ length: 50 }, () => setting.follow(stopping, { sub: randomUUID() })));
  const start = performance.now();
  await stopping.stop();
  expect(performance.now() - start).toBeLessThan(2_000);
  await Promise.all(streams.map(({ ended }) => ended));
});
