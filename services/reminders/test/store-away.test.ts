import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { startService } from '@punctual/chassis';
import { RemindersHealth } from '@punctual/contracts';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { reminders } from '../src/app.ts';
import { noticeStuck } from '../src/persistence/notice-stuck.ts';
import { renewStuck } from '../src/persistence/renew-stuck.ts';
import { jobsCollection } from '../src/persistence/store.ts';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { createTcpLink } from './tcp-link.ts';
import { createWorld, type World } from './world.ts';

/** One service, whose store is at the other end of a link. */
let world: World;
let link: Awaited<ReturnType<typeof createTcpLink>>;
let service: Awaited<ReturnType<typeof startService>>;

beforeAll(async () => {
  world = await createWorld({ instances: 0 });
  const url = new URL(world.environment.mongoUrl);
  link = await createTcpLink({ host: url.hostname, port: Number(url.port || 27017) });
  url.host = `127.0.0.1:${link.port}`;
  service = await startService(reminders, { ...world.serviceEnv, MONGO_URL: url.href });
  await vi.waitFor(async () => expect((await health()).status).toBe(200), patience);
}, 60_000);

afterAll(async () => {
  link.mend();
  await service.stop();
  link.close();
  await world.stop();
});

const patience = { timeout: 40_000, interval: 100 };

async function health() {
  const response = await fetch(`${service.url}/workers/reminders/health`);
  return { status: response.status, health: RemindersHealth.parse(await response.json()) };
}

function dueNow() {
  return scheduleEvent('schedule.confirmed', 2, {
    assignmentId: randomUUIDv7(),
    window: windowAt(new Date(), hourMs),
  });
}

async function untilSent(event: ReturnType<typeof dueNow>) {
  await vi.waitFor(async () => {
    const _id = `${event.data.assignmentId}:2:upcoming-1h`;
    expect((await world.store.ledger.findOne({ _id }))?.state).toBe('SENT');
  }, patience);
}

test('the store away: health says so and answers, requests get 503, and work goes on when it is back', async () => {
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
  link.mend();
  await untilSent(event);
  await vi.waitFor(async () => expect((await health()).status).toBe(200), patience);
}, 90_000);

test('health does not wait for a store that says nothing at all: it answers while every question is still open', async () => {
  link.hold();
  const headers = { authorization: `Bearer ${world.opsToken}` };
  const listing = fetch(`${service.url}/assignments/${randomUUIDv7()}/reminders`, { headers }).then(
    ({ status }) => status,
  );
  try {
    const asked = await Promise.race([listing.then(() => 'a question was answered'), health()]);
    expect(asked).toMatchObject({ status: 503, health: { status: 'down', checks: { store: 'down', broker: 'ok' } } });
  } finally {
    link.mend();
  }
  expect(await listing).toBe(404);
  await vi.waitFor(async () => expect((await health()).status).toBe(200), patience);
}, 90_000);

test('a store that answers slowly: what is due is sent all the same, and health is not down', async () => {
  link.slowDown(50);
  const event = dueNow();
  await world.publish(event);
  await untilSent(event);
  await vi.waitFor(async () => expect((await health()).health.checks.store).toBe('ok'), patience);
  link.mend();
}, 90_000);

test('a look at the store that never ends: the driver connects anew, and what holds the client goes on', async () => {
  const client = await MongoClient.connect(world.environment.mongoUrl);
  const db = client.db();
  const { signal } = new AbortController();
  const lifecycle = { stopping: signal, signal, onShutdown: () => {} };
  renewStuck(client, { withinMs: 100, logger: world.logger, lifecycle });
  // As the driver does when it begins to look; that it has ended is never said.
  const renewed = once(client, 'topologyOpening');
  client.emit('serverHeartbeatStarted', { connectionId: 'stuck:27017', awaited: false });
  await renewed;
  await vi.waitFor(() => db.command({ ping: 1 }), patience);
  await client.close();
}, 90_000);

test('a command that does not end is noticed, one that ends is not', async () => {
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
  await vi.waitFor(() => expect(onStuck).toHaveBeenCalledTimes(1), patience);
  link.mend();
  await held;
  await client.close();
}, 90_000);

test('stopped in the middle of its work, it finishes that first and leaves nothing locked', async () => {
  link.slowDown(100);
  const event = dueNow();
  await world.publish(event);
  // Here the job has sent, and has yet to take that off, to look for more, and to be removed.
  await untilSent(event);
  await service.stop();
  expect(await world.store.db.collection(jobsCollection).countDocuments({ lockedAt: { $ne: null } })).toBe(0);
}, 90_000);
