import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Setting, startSetting, versions } from './changes-setting.ts';
import type { Gateway } from './gateway.ts';
import { type Changes, changesOf, openChanges } from './open-changes.ts';

let setting: Setting;
let first: Gateway;
let second: Gateway;

beforeAll(async () => {
  setting = await startSetting();
  first = await setting.gateway();
  second = await setting.gateway();
});

afterAll(() => setting.stop());

beforeEach(() => setting.renew());

test('a stream sends every event of its assignment, and none of others', async () => {
  const changes = await setting.follow(first);
  expect(changes).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
  });
  await setting.publish('schedule.proposed', 1);
  await setting.producer.publishOthers(3);
  await setting.publish('schedule.confirmed', 2);
  await setting.publish('reminder.queued', 1);
  await changes.until(3);
  await delay(100);
  expect(versions(changes)).toEqual(['schedule.proposed 1', 'schedule.confirmed 2', 'reminder.queued 1']);
  const assignmentId = setting.assignmentId();
  expect(changes.events[0]?.data).toMatchObject({
    specversion: '1.0',
    partitionkey: assignmentId,
    data: { assignmentId },
  });
});

test('a stream is not compressed, so that no event waits in a compressor', async () => {
  const headers = { authorization: await setting.authorization({}), 'accept-encoding': 'gzip, br' };
  const changes = await openChanges(first.url, changesOf(setting.assignmentId()), headers);
  expect(changes.headers).not.toHaveProperty('content-encoding');
  await setting.publish('schedule.proposed', 1);
  await changes.until(1);
  changes.leave();
});

test('a quiet stream sends comments, which parsers ignore', async () => {
  const changes = await setting.follow(first);
  await eventually(() => expect(changes.text().match(/^: alive$/gm)?.length).toBeGreaterThanOrEqual(2));
  expect(changes.events).toEqual([]);
});

test('resuming sends missed events once and in order, at any gateway', async () => {
  const before = await setting.follow(first);
  await setting.publish('schedule.proposed', 1);
  await setting.publish('reminder.queued', 1);
  await before.until(2);
  before.leave();

  await setting.publish('schedule.confirmed', 2);
  await setting.publish('reminder.suppressed', 2);
  const resumed = await setting.follow(second, { lastId: before.lastId() });
  await setting.publish('schedule.cancelled', 3);
  await resumed.until(3);
  await delay(100);
  expect(versions(resumed).filter((one) => one.startsWith('schedule'))).toEqual([
    'schedule.confirmed 2',
    'schedule.cancelled 3',
  ]);
  expect(versions(resumed).filter((one) => one.startsWith('reminder'))).toEqual(['reminder.suppressed 2']);
});

test('resuming from any event sends those after it', async () => {
  const whole = await setting.follow(first);
  for (let version = 1; version <= 5; version += 1) await setting.publish('schedule.proposed', version);
  await whole.until(5);
  for (const [index, { id }] of whole.events.entries()) {
    const resumed = await setting.follow(second, { lastId: id });
    await resumed.until(4 - index);
    await delay(20);
    expect(versions(resumed)).toEqual(versions(whole).slice(index + 1));
  }
});

test('a client that has seen no event resumes with the id of the stream', async () => {
  const before = await setting.follow(first);
  await delay(50);
  before.leave();
  await setting.publish('schedule.proposed', 1);
  const resumed = await setting.follow(second, { lastId: before.lastId() });
  await resumed.until(1);
  expect(versions(resumed)).toEqual(['schedule.proposed 1']);
});

test('a quiet stream moves its id, so that resuming has little to read', async () => {
  const changes = await setting.follow(first);
  await delay(50);
  const opened = changes.lastId();
  await setting.producer.publishOthers(5);
  await delay(500);
  expect(changes.lastId()).not.toBe(opened);
  expect(changes.events).toEqual([]);
});

test('a client that reconnects under load gets every event once and in order', async () => {
  const total = 300;
  const seen: string[] = [];
  let { lastId } = await leftAfter(await setting.follow(first));
  const publishing = (async () => {
    for (let version = 1; version <= total; version += 1) await setting.publish('schedule.proposed', version);
  })();
  for (let visit = 0; seen.length < total && visit < 500; visit += 1) {
    const changes = await setting.follow(visit % 2 ? first : second, { lastId });
    await delay((visit % 5) * 10);
    seen.push(...versions(changes));
    lastId = changes.lastId() ?? lastId;
    changes.leave();
  }
  await publishing;
  expect(seen).toEqual(Array.from({ length: total }, (_, n) => `schedule.proposed ${n + 1}`));
});

async function leftAfter(changes: Changes): Promise<{ lastId: string | undefined }> {
  await delay(50);
  changes.leave();
  return { lastId: changes.lastId() };
}
