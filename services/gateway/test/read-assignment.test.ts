import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Setting, startSetting } from './changes-setting.ts';
import { call, type Gateway } from './gateway.ts';

let setting: Setting;
let gateway: Gateway;

beforeAll(async () => {
  setting = await startSetting();
  gateway = await setting.gateway();
});

afterAll(() => setting.stop());

beforeEach(() => setting.renew());

const path = () => `/assignments/${setting.assignmentId()}`;
const read = async (query = '') =>
  call(gateway.url, 'GET', path() + query, { headers: { authorization: await setting.authorization({}) } });

/** Reads the assignment; returns what scheduling was asked for first. */
async function asked(query = ''): Promise<string | undefined> {
  const { received } = setting.scheduling;
  const before = received.length;
  await read(query);
  return received[before]?.url?.slice(path().length);
}

test('a read waits for the copies of what a stream has just said', async () => {
  expect(await asked()).toBe('');
  const changes = await setting.follow(gateway, { roles: ['ops'] });
  await setting.publish('payout.awaiting_approval', 2);
  await setting.publish('payout.approved', 3);
  await changes.until(2);
  expect(await asked()).toBe('?minPayoutVersion=3');
  await setting.publish('reminder.queued', 5);
  await changes.until(3);
  expect(await asked()).toBe('?minPayoutVersion=3&minReminderSequence=5');
});

test('a read leaves alone what the client asks for', async () => {
  const changes = await setting.follow(gateway, { roles: ['ops'] });
  await setting.publish('payout.approved', 3);
  await setting.publish('reminder.queued', 1);
  await changes.until(2);
  expect(await asked('?minPayoutVersion=2')).toBe('?minPayoutVersion=2&minReminderSequence=1');
  expect(await asked('?minPayoutVersion=x&minReminderSequence=')).toBe('?minPayoutVersion=x&minReminderSequence=');
  expect(await asked('?')).toBe('?&minPayoutVersion=3&minReminderSequence=1');
});

test('what was said of another assignment, or of the schedule, has no copies', async () => {
  const changes = await setting.follow(gateway, { roles: ['ops'] });
  await setting.producer.publishOthers(2);
  await setting.publish('schedule.proposed', 1);
  await changes.until(1);
  expect(await asked()).toBe('');
});

test('an ampersand in the path stays in the path', async () => {
  expect(await asked('&minPayoutVersion=1')).toBe('&minPayoutVersion=1');
});

test('a scheduling of an older release is asked again without what the gateway added', async () => {
  const changes = await setting.follow(gateway, { roles: ['ops'] });
  await setting.publish('payout.approved', 3);
  await changes.until(1);
  expect(await asked()).toBe('?minPayoutVersion=3');
  expect(await read()).toMatchObject({ status: 200, json: { id: setting.assignmentId() } });
  expect(await read('?surprise=1')).toMatchObject({ status: 400, json: { code: 'validation-failed' } });
});
