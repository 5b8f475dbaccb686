import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { startService } from '@punctual/chassis';
import { RemindersHealth } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { reminders } from '../src/app.ts';
import { noticeStuck } from '../src/persistence/notice-stuck.ts';
import { renewStuck } from '../src/persistence/renew-stuck.ts';
import { jobsCollection } from '../src/persistence/store.ts';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { createTcpLink } from './tcp-link.ts';
import { type RemindersService, startReminders } from './world.ts';

/** One service, whose store is at the other end of a link. */
let world: RemindersService;
let link: Awaited<ReturnType<typeof createTcpLink>>;
let service: Awaited<ReturnType<typeof startService>>;

beforeAll(async () => {
  world = await startReminders({ instances: 0 });
  const url = new URL(world.environment.mongoUrl);
  link = await createTcpLink({ host: url.hostname, port: Number(url.port || 27017) });
  url.host = `127.0.0.1:${link.port}`;
  service = await startService(reminders, { ...world.serviceEnv, MONGO_URL: url.href });
  await eventually(async () => expect((await health()).status).toBe(200), { withinMs: 40_000 });
}, 60_000);

afterAll(async () => {
  link.restore();
  await service.stop();
  link.close();
  await world.stop();
});

async function health() {
  const response = await fetch(`${service.url}/workers/reminders/health`);
  return { status: response.status, health: RemindersHealth.parse(await response.json()) };
}

function dueNow() {
  return scheduleEvent('schedule.confirmed', 2, {
    assignmentId: randomUUIDv7(),
    window: windowAt(Temporal.Now.instant(), hourMs),
  });
}

async function untilSent(event: ReturnType<typeof dueNow>) {
  await eventually(
    async () => {
      const _id = `${event.data.assignmentId}:2:upcoming-1h`;
      expect((await world.store.ledger.findOne({ _id }))?.state).toBe('SENT');
    },
    { withinMs: 40_000 },
  );
}

test('an outage of the store shows in health, refuses requests with 503, and ends with the work done', async () => {
  link.cut();
  expect(await health()).toMatchObject({
    status: 503,
    health: { status: 'down', checks: { store: 'down', broker: 'ok' }, planned: null },
  });
  const headers = { authorization: `Bearer ${world.opsToken}` };
  const listed = await fetch(`${service.url}/assignments/${randomUUIDv7()}/reminders`, { headers });
  expect([listed.status, listed.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
  const event = dueNow();
  await world.publish(event);
  link.restore();
  await untilSent(event);
  await eventually(async () => expect((await health()).status).toBe(200), { withinMs: 40_000 });
}, 90_000);

test('health responds while a silent store keeps every request open', async () => {
  link.hold();
  const headers = { authorization: `Bearer ${world.opsToken}` };
  const listing = fetch(`${service.url}/assignments/${randomUUIDv7()}/reminders`, { headers }).then(
    ({ status }) => status,
  );
  try {
    const asked = await Promise.race([listing.then(() => 'a question was answered'), health()]);
    expect(asked).toMatchObject({ status: 503, health: { status: 'down', checks: { store: 'down', broker: 'ok' } } });
  } finally {
    link.restore();
  }
  expect(await listing).toBe(404);
  await eventually(async () => expect((await health()).status).toBe(200), { withinMs: 40_000 });
}, 90_000);

test('a slow store delays no reminder, and health is not down', async () => {
  link.slowDown(50);
  const event = dueNow();
  await world.publish(event);
  await untilSent(event);
  await eventually(async () => expect((await health()).health.checks.store).toBe('ok'), { withinMs: 40_000 });
  link.restore();
}, 90_000);

test('a heartbeat that never ends makes the driver reconnect, and the client stays usable', async () => {
  const client = await MongoClient.connect(world.environment.mongoUrl);
  const db = client.db();
  const { signal } = new AbortController();
  const lifecycle = { stopping: signal, signal, onShutdown: () => {} };
  renewStuck(client, { withinMs: 100, logger: world.logger, lifecycle });
  // As the driver does when it begins to look; that it has ended is never said.
  const renewed = once(client, 'topologyOpening');
  client.emit('serverHeartbeatStarted', { connectionId: 'stuck:27017', awaited: false });
  await renewed;
  await eventually(() => db.command({ ping: 1 }), { withinMs: 40_000 });
  await client.close();
}, 90_000);

test('a command that does not end is detected, one that ends is not', async () => {
  const url = new URL(world.environment.mongoUrl);
  url.host = `127.0.0.1:${link.port}`;
  const client = await MongoClient.connect(url.href);
  const onStuck = vi.fn();
  noticeStuck(client, { withinMs: 500, onStuck });
  await client.db().command({ ping: 1 });
  await delay(1_000);
  expect(onStuck).not.toHaveBeenCalled();

  link.hold();
  const held = client.db().command({ ping: 1 });
  await eventually(() => expect(onStuck).toHaveBeenCalledTimes(1), { withinMs: 40_000 });
  link.restore();
  await held;
  await client.close();
}, 90_000);

test('a stop finishes the work in progress and leaves no job locked', async () => {
  link.slowDown(100);
  const event = dueNow();
  await world.publish(event);
  // Here the job has sent, and has yet to take that off, to look for more, and to be removed.
  await untilSent(event);
  await service.stop();
  expect(await world.store.db.collection(jobsCollection).countDocuments({ lockedAt: { $ne: null } })).toBe(0);
}, 90_000);
