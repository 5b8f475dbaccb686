import { randomUUIDv7 } from 'node:crypto';
import { eventually, type SpoilableDatabase, spoilableDatabase, untilReadiness } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

let world: PayoutsService;
let spoilable: SpoilableDatabase;
const finance = randomUUIDv7();

beforeAll(async () => {
  world = await startPayouts({ instances: 0 });
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

const url = () => world.services[0]?.url ?? '';
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
  'a database with %s makes requests return 503, readiness fail and events wait without dead letters',
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
    await untilReadiness(url(), 503, { withinMs: 40_000 });
    const { num_pending, num_ack_pending } = await world.peer.manager.consumers.info('SCHEDULE', 'payouts-schedule');
    expect(num_pending + num_ack_pending).toBeGreaterThan(0);

    await trouble?.heal();
    expect((await block(id)).status).toBe(200);
    await eventually(() => world.untilPayout(meanwhile, { status: 'PENDING' }), { withinMs: 40_000 });
    await world.untilConsumed();
    await untilReadiness(url(), 200, { withinMs: 40_000 });
    expect((await world.peer.manager.streams.info('DLQ')).state.messages).toBe(0);
  },
  90_000,
);
