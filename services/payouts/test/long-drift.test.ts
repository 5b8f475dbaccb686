import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { type Meter, metrics } from '@opentelemetry/api';
import { type Database, openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import type { DriftKind } from '@punctual/contracts';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { watchDrift } from '../src/jobs/watch-drift.ts';
import { createStripe } from '../src/payment/stripe.ts';
import { schema } from '../src/persistence/schema.ts';
import { findDrift, getDrift, type Look } from '../src/queries/find-drift.ts';
import { seedApproved } from './approved-payouts.ts';
import { type FaultyStripe, type MovedTransfer, startFaultyStripe } from './faulty-stripe.ts';
import { startLife } from './life.ts';
import { createWorld, type World } from './world.ts';

// More transfers than one look reads. The service pays by hand here; the test compares, with Stripe's list.

const logger = pino({ level: 'silent' });
const [day, minute] = [86_400_000, 60_000];
const now = new Date();

let stripe: FaultyStripe;
let world: World;
let database: Database;
const { lifecycle, stop: closeDatabase } = startLife();

beforeAll(async () => {
  stripe = await startFaultyStripe();
  world = await createWorld();
  database = await openDatabase({
    url: parsePostgresUrl(world.environment.databaseUrl),
    poolSize: 4,
    ...schema,
    lifecycle,
  });
  await seedApproved(world.database, 4);
});

afterAll(async () => {
  await closeDatabase();
  await world?.stop();
  await stripe?.stop();
});

beforeEach(() => void stripe.moved.splice(0));

const payoutId = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const accountOf = (number: number) => `acct_${String(number).padStart(12, '0')}`;
const ago = (ms: number) => new Date(now.getTime() - ms);
const deps = () => {
  const provider = createStripe({ apiKey: 'sk_test_123', apiBase: new URL(stripe.url), timeoutMs: 10_000 });
  return { database, provider, logger };
};

/** As Stripe has it; the ledger is kept oldest first. */
function move(number: number, attemptId: string, at: Date): MovedTransfer {
  const transfer: MovedTransfer = {
    ...{ id: `tr_${randomUUID()}`, object: 'transfer', amount: 100 + number, currency: 'eur' },
    ...{ destination: accountOf(number), transfer_group: payoutId(number) },
    ...{ metadata: { attemptId }, created: Math.trunc(at.getTime() / 1_000), reversed: false, amount_reversed: 0 },
  };
  stripe.moved.push(transfer);
  stripe.moved.sort((one, other) => one.created - other.created);
  return transfer;
}

/** So many transfers of nobody's, three of each second, the last one at this time. */
const moveForeign = (count: number, last: Date) => {
  for (let index = 0; index < count; index += 3)
    for (const _ of [1, 2, 3]) stripe.moved.push(foreignAt(new Date(last.getTime() - index * 1_000)));
  stripe.moved.sort((one, other) => one.created - other.created);
};
const foreignAt = (at: Date): MovedTransfer => ({
  ...{ id: `tr_${randomUUID()}`, object: 'transfer', amount: 1, currency: 'eur', destination: 'acct_1' },
  ...{ transfer_group: randomUUID(), metadata: { attemptId: randomUUID() } },
  ...{ created: Math.trunc(at.getTime() / 1_000), reversed: false, amount_reversed: 0 },
});

/** An attempt that has paid, as our books have it. */
async function paid(number: number, startedAt: Date, paidAt: Date): Promise<string> {
  const id = randomUUIDv7();
  await world.database.query(
    `insert into payment_attempt (id, payout_id, number, account, amount_minor, currency, started_at)
      values ($1, $2, 1, $3, $4, 'EUR', $5)`,
    [id, payoutId(number), accountOf(number), 100 + number, startedAt],
  );
  await world.database.query(
    "insert into payment_result (attempt_id, outcome, reference, at) values ($1, 'PAID', $2, $3)",
    [id, `tr_of_${number}`, paidAt],
  );
  return id;
}

async function lookThrough(): Promise<Look[]> {
  const looks = [await findDrift(deps(), now)];
  for (let until = looks[0]?.nextUntil; until; until = looks.at(-1)?.nextUntil)
    looks.push(await findDrift(deps(), now, until));
  return looks;
}

const found = (looks: Look[], kind: DriftKind) =>
  looks.flatMap(({ items }) => items).filter((item) => item.kind === kind);
const counted = (looks: Look[]) => looks.reduce((sum, { counts }) => sum + (counts.get('TRANSFER_EXTRA') ?? 0), 0);

it('what one look does not reach the next one does, and no transfer is seen twice or not at all', async () => {
  moveForeign(4_500, ago(day));
  const looks = await lookThrough();
  expect(looks).toHaveLength(3);
  expect(looks.map(({ providerCompared }) => providerCompared)).toEqual([true, true, true]);
  expect(counted(looks)).toBe(4_500);

  const answer = await getDrift(deps(), { id: randomUUID(), roles: ['ops'], expiresAt: Number.POSITIVE_INFINITY }, {});
  expect(answer).toMatchObject({ total: looks[0]?.counts.get('TRANSFER_EXTRA'), nextUntil: expect.any(String) });
  expect(answer.items).toHaveLength(1_000);
  expect(looks[0]?.nextUntil?.toISOString()).toBe(answer.nextUntil);
  expect(looks.at(-1)?.nextUntil).toBeUndefined();
});

it('an attempt is looked for where its transfer may be, and is missing where it is not', async () => {
  moveForeign(2_400, ago(day));
  const edge = (await lookThrough())[0]?.nextUntil;
  if (!edge) throw new Error('One look has read it all.');
  const near = (ms: number) => new Date(edge.getTime() + ms);
  // Begun before that, and paid when it was tried again.
  const late = move(1, await paid(1, near(-10 * minute), near(10 * minute)), near(9 * minute));
  late.reversed = true;
  // By Stripe's clock, made before it was begun.
  move(2, await paid(2, near(minute), near(2 * minute)), near(-minute));
  await paid(3, ago(2 * day), ago(2 * day));
  await paid(4, ago(minute), now);

  const looks = await lookThrough();
  expect(found(looks, 'TRANSFER_MISSING').map((item) => item.payoutId)).toEqual([payoutId(4), payoutId(3)]);
  expect(counted(looks)).toBe(2_400);
  // Once, though two looks come by it.
  expect(found(looks, 'TRANSFER_REVERSED').map((item) => item.payoutId)).toEqual([payoutId(1)]);
});

it('the metric counts what all looks have found, and nothing when one of them had no answer', async () => {
  const recorded = new Map<unknown, number>();
  const gauge = { record: (value: number, labels: { kind: string }) => void recorded.set(labels.kind, value) };
  vi.spyOn(metrics, 'getMeter').mockReturnValue({ createGauge: () => gauge } as unknown as Meter);
  moveForeign(2_400, ago(day));
  const first = startLife();
  watchDrift({ ...deps(), lifecycle: first.lifecycle });
  await vi.waitFor(() => expect(recorded.get('TRANSFER_EXTRA')).toBe(2_400), 30_000);
  await first.stop();

  recorded.clear();
  let lists = 0;
  stripe.setFaults(() => {
    lists += 1;
    return lists > 22 ? '500-before' : 'none';
  });
  const second = startLife();
  watchDrift({ ...deps(), lifecycle: second.lifecycle });
  await vi.waitFor(() => expect(lists).toBeGreaterThan(22), 30_000);
  await second.stop();
  expect(recorded).toEqual(new Map());
});
