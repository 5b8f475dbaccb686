import { randomUUID } from 'node:crypto';
import { eventually } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Setting, startSetting, versions } from './changes-setting.ts';
import { call, type Gateway } from './gateway.ts';

let setting: Setting;
let gateway: Gateway;

beforeAll(async () => {
  setting = await startSetting();
  gateway = await setting.gateway({ CHANGES_RESUME_MINUTES: '30' });
});

afterAll(() => setting.stop());

beforeEach(() => setting.renew());
afterEach(() => {
  vi.useRealTimers();
});

/** Lets the clock of the gateway, and of the issuer, go ahead; timers and NATS stay as they are. */
function minutesLater(minutes: number) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
}

/** The id of a client that has seen these positions of the streams as they are now. */
async function lastId({ born = 0, SCHEDULE, REMINDER = 0 }: { born?: number; SCHEDULE: number; REMINDER?: number }) {
  const mark = async (name: 'SCHEDULE' | 'REMINDER' | 'PAYOUT', position: number) => {
    const { created, state } = await setting.producer.info(name);
    return [Date.parse(created) + born, position < 0 ? state.last_seq + position + 1 : position, 0];
  };
  const marks = [await mark('SCHEDULE', SCHEDULE), await mark('REMINDER', REMINDER), await mark('PAYOUT', 0)];
  return Buffer.from(JSON.stringify(marks)).toString('base64url');
}

async function resume(id: string) {
  const headers = { authorization: await setting.authorization({}), 'last-event-id': id };
  const path = `/assignments/${setting.assignmentId()}/changes`;
  // HEAD ends at once when it is fine.
  const { status } = await call(gateway.url, 'HEAD', path, { headers });
  return status === 200 ? 200 : call(gateway.url, 'GET', path, { headers });
}

const expired = { status: 410, json: { code: 'cursor-expired', title: 'Position too old to resume from' } };

test.each(['remembered', 'on NATS only'])(
  'a stream resumes from positions of the last 30 minutes: %s',
  async (where) => {
    const changes = await setting.follow(gateway);
    await setting.publish('schedule.proposed', 1);
    await changes.until(1);
    const before = changes.lastId() ?? '';
    await setting.publish('schedule.confirmed', 2);
    if (where !== 'remembered') await setting.producer.publishOthers(6_000);
    expect(await resume(before)).toBe(200);
    minutesLater(29);
    expect(await resume(before)).toBe(200);
    minutesLater(2);
    // How far a stream goes back counts for a second.
    await eventually(async () => expect(await resume(before)).toMatchObject(expired));
    expect(await resume(await lastId({ SCHEDULE: 0 }))).toMatchObject(expired);
    expect(await resume(await lastId({ SCHEDULE: -1 }))).toBe(200);
  },
);

test('a stream resumes from an old position when nothing came after it', async () => {
  await setting.publish('reminder.queued', 1);
  const changes = await setting.follow(gateway);
  await eventually(() => expect(changes.lastId()).toBeDefined());
  const before = changes.lastId() ?? '';
  minutesLater(600);
  expect(await resume(before)).toBe(200);
});

test('a position is 410 when events after it were removed', async () => {
  const { producer } = setting;
  await producer.publishOthers(6_000);
  const { state } = await producer.info('SCHEDULE');
  const kept = state.last_seq - 5_500;
  expect(await resume(await lastId({ SCHEDULE: kept - 1 }))).toBe(200);
  await producer.purge('SCHEDULE', { upToSequence: kept });
  await eventually(async () => expect(await resume(await lastId({ SCHEDULE: kept - 1 }))).toMatchObject(expired));
  expect(await resume(await lastId({ SCHEDULE: kept }))).toBe(200);
});

test("a position beyond the stream's end, or in another stream of that name, is 410", async () => {
  await setting.publish('schedule.proposed', 1);
  const { state } = await setting.producer.info('SCHEDULE');
  expect(await resume(await lastId({ SCHEDULE: state.last_seq + 1 }))).toMatchObject(expired);
  expect(await resume(await lastId({ SCHEDULE: Number.MAX_SAFE_INTEGER }))).toMatchObject(expired);
  expect(await resume(await lastId({ born: 1, SCHEDULE: 0 }))).toMatchObject(expired);
  expect(await resume(await lastId({ born: -1, SCHEDULE: -1 }))).toMatchObject(expired);
});

test('a gap of several chunks arrives once, in order, and without a gap before live events', async () => {
  const before = await setting.follow(gateway);
  await setting.publish('schedule.proposed', 1);
  await before.until(1);
  before.leave();
  let version = 1;
  for (let n = 0; n < 6; n += 1) {
    await setting.producer.publishOthers(5_000);
    // More than one part holds.
    for (let m = 0; m < 50; m += 1) await setting.publish('schedule.proposed', ++version);
  }
  const resumed = await setting.follow(gateway, { lastId: before.lastId() });
  for (let m = 0; m < 50; m += 1) await setting.publish('schedule.proposed', ++version);
  await resumed.until(version - 1);
  await setting.publish('schedule.confirmed', ++version);
  await resumed.until(version - 1);
  const proposed = Array.from({ length: version - 2 }, (_, n) => `schedule.proposed ${n + 2}`);
  expect(versions(resumed)).toEqual([...proposed, `schedule.confirmed ${version}`]);
});

test('a user that resumes repeatedly has one read at a time and delays no other user', async () => {
  const start = await lastId({ SCHEDULE: -1 });
  await setting.producer.publishOthers(20_000);
  await setting.publish('schedule.proposed', 1);
  await setting.producer.publishOthers(6_000);
  const idle = await setting.producer.consumers('SCHEDULE');
  const resumeAs = async (sub: string) => {
    const begun = performance.now();
    const changes = await setting.follow(gateway, { sub, lastId: start });
    await changes.until(1, 30_000);
    changes.leave();
    return performance.now() - begun;
  };
  const alone = await resumeAs(randomUUID());
  const flood = randomUUID();
  const resumeOften = () => Promise.all(Array.from({ length: 15 }, () => resumeAs(flood)));
  let consumers = 0;
  const watching = setInterval(async () => {
    consumers = Math.max(consumers, await setting.producer.consumers('SCHEDULE'));
  }, 5);
  await resumeOften();
  clearInterval(watching);
  // One reads, and one may ask how far the stream goes back.
  expect(consumers).toBeGreaterThan(idle);
  expect(consumers).toBeLessThanOrEqual(idle + 2);
  const [crowded] = await Promise.all([resumeAs(randomUUID()), resumeOften()]);
  expect(crowded).toBeLessThan(3 * alone + 2_000);
});

test('a client that resumes and does not read is disconnected', async () => {
  const strict = await setting.gateway({ MAX_CHANGE_STREAMS_PER_USER: '1' });
  const start = await lastId({ SCHEDULE: -1 });
  for (let version = 1; version <= 400; version += 1)
    await setting.publish('schedule.proposed', version, { notes: 'x'.repeat(20_000) });
  const sub = randomUUID();
  const slow = await setting.follow(strict, { sub, lastId: start, reads: false });
  expect(await setting.follow(strict, { sub })).toMatchObject({ status: 429 });
  const again = async () => expect((await setting.follow(strict, { sub })).status).toBe(200);
  await eventually(again);
  slow.response.resume();
  await expect(slow.ended).rejects.toThrow(/aborted|ECONNRESET/);
}, 40_000);
