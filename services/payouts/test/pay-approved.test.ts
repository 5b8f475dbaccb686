import { randomUUIDv7 } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import { createTestLifecycle, eventually } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { payApproved } from '../src/jobs/pay-approved.ts';
import type { PaymentProvider } from '../src/payment/payment-provider.ts';
import { matches } from '../src/payment/stripe/transfers.ts';
import { schema } from '../src/persistence/schema.ts';
import { seedApproved } from './approved-payouts.ts';
import { type PayoutsService, startPayouts } from './world.ts';

// The service pays by hand here; the test starts the job, and is the provider.

const count = 12;

let world: PayoutsService;
let database: Database;
const opened = createTestLifecycle();

beforeAll(async () => {
  world = await startPayouts();
  const url = parsePostgresUrl(world.environment.databaseUrl);
  database = await openDatabase({ url, poolSize: 10, ...schema, lifecycle: opened });
});

afterAll(async () => {
  await opened.stop();
  await world?.stop();
});

const left = async () => (await world.database.query("select id from payout where status = 'APPROVED'")).rows;

test('eight payouts are paid concurrently, a slow call delays no other, and shutdown waits for it', async () => {
  const slow = '00000000-0000-7000-8000-000000000001';
  const [answer, eight] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let [atOnce, most] = [0, 0];
  const provider: PaymentProvider = {
    pay: async ({ id, payoutId }) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      if (atOnce === 8) eight.resolve();
      await eight.promise;
      await (payoutId === slow ? answer.promise : delay(20));
      atOnce -= 1;
      return { kind: 'PAID', reference: `tr_${id}` };
    },
    find: async () => undefined,
    list: async function* () {},
    matches,
    repeatableUntil: () => Temporal.Now.instant().add({ hours: 1 }),
  };
  const lifecycle = createTestLifecycle();
  await seedApproved(world.database, count);
  payApproved({
    ...{ database, provider, lifecycle, leaseMs: 60_000, relay: { wake: () => {} } },
    ...{ now: () => Temporal.Now.instant(), newId: () => randomUUIDv7() },
    ...{ logger: pino({ level: 'silent' }), retry: { tries: 1, firstPauseMs: 0 } },
  });
  await eventually(async () => expect(await left()).toEqual([{ id: slow }]));
  expect(most).toBe(8);

  // What is approved while one is slow does not wait for it either.
  await seedApproved(world.database, 1, count);
  await eventually(async () => expect(await left()).toEqual([{ id: slow }]));

  const stopped = lifecycle.stop();
  await expect(Promise.race([stopped.then(() => 'stopped'), delay(100, 'waits')])).resolves.toBe('waits');
  answer.resolve();
  await stopped;
  expect(await left()).toEqual([]);
});
