import { randomUUIDv7 } from 'node:crypto';
import { type SpoilableDatabase, spoilableDatabase } from '@punctual/devstack';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let spoilable: SpoilableDatabase;
const finance = randomUUIDv7();
const patience = { timeout: 40_000, interval: 100 };

beforeAll(async () => {
  world = await createWorld({ instances: 0 });
  spoilable = await spoilableDatabase(world.environment.databaseUrl);
  Object.assign(world.serviceEnv, { DATABASE_URL: spoilable.url });
  // It would keep the database from being renamed.
  await world.database.end();
  await world.start();
});

afterAll(async () => {
  for (const service of world.services) await service.stop();
  await spoilable.stop();
  await world.stop();
});

const readiness = async () => (await fetch(`${world.services[0]?.url}/healthz/ready`)).status;
const block = (id: unknown) =>
  world.call('finance', finance, `POST /payouts/${id}/block`, { body: { reason: 'to be looked at' } });

async function confirmed() {
  const parties = newParties();
  await world.publish(...history(['propose', 'confirm'], parties));
  return parties.assignmentId;
}

test.each([
  'read-only',
  'renamed away',
  'another password',
  'no connection left',
  'no permission',
  'its tables away',
  'a full disk',
])(
  'a database with %s: people get 503, the service is not ready, events wait and none becomes a dead letter',
  async (name) => {
    const trouble = spoilable.troubles.find((each) => each.name === name);
    const { id } = await world.untilPayout(await confirmed(), { status: 'PENDING' });

    await trouble?.spoil();
    const meanwhile = await confirmed();
    const refused = await block(id);
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'unavailable',
      expect.any(String),
    ]);
    await vi.waitFor(async () => expect(await readiness()).toBe(503), patience);
    const { num_pending, num_ack_pending } = await world.broker.manager.consumers.info('SCHEDULE', 'payouts-schedule');
    expect(num_pending + num_ack_pending).toBeGreaterThan(0);

    await trouble?.heal();
    expect((await block(id)).status).toBe(200);
    await vi.waitFor(() => world.untilPayout(meanwhile, { status: 'PENDING' }), patience);
    await world.untilConsumed();
    await vi.waitFor(async () => expect(await readiness()).toBe(200), patience);
    expect((await world.broker.manager.streams.info('DLQ')).state.messages).toBe(0);
  },
  90_000,
);
