import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { type Meter, metrics } from '@opentelemetry/api';
import { type Database, openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import type { DriftKind } from '@punctual/contracts';
import { createTestLifecycle, eventually } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { watchDrift } from '../src/jobs/watch-drift.ts';
import { createStripe } from '../src/payment/stripe/client.ts';
import { schema } from '../src/persistence/schema.ts';
import { getDrift, type ReconciliationPage, reconcile } from '../src/queries/reconcile.ts';
import { seedApproved } from './approved-payouts.ts';
import { type FaultyStripe, type MovedTransfer, startFaultyStripe } from './faulty-stripe.ts';
import { type PayoutsService, startPayouts } from './world.ts';

// More transfers than one look reads. The service pays by hand here; the test compares, with
// Stripe's list.

const logger = pino({ level: 'silent' });
const now = Temporal.Now.instant().round('millisecond');

let stripe: FaultyStripe;
let world: PayoutsService;
let database: Database;
const lifecycle = createTestLifecycle();

beforeAll(async () => {
  stripe = await startFaultyStripe();
  world = await startPayouts();
  database = await openDatabase({
    url: parsePostgresUrl(world.environment.databaseUrl),
    poolSize: 4,
    ...schema,
    lifecycle,
  });
  await seedApproved(world.database, 4);
});

afterAll(async () => {
  await lifecycle.stop();
  await world?.stop();
  await stripe?.stop();
});

beforeEach(() => void stripe.moved.splice(0));

const payoutId = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const accountOf = (number: number) => `acct_${String(number).padStart(12, '0')}`;
const ago = (time: Temporal.DurationLike) => now.subtract(time);
const deps = () => {
  const provider = createStripe({ apiKey: 'sk_test_123', apiBase: new URL(stripe.url), timeoutMs: 10_000 });
  return { database, provider, logger, now: () => now };
};

/** As Stripe has it; the ledger is kept oldest first. */
function move(number: number, attemptId: string, at: Temporal.Instant): MovedTransfer {
  const transfer: MovedTransfer = {
    ...{ id: `tr_${randomUUID()}`, object: 'transfer', amount: 100 + number, currency: 'eur' },
    ...{ destination: accountOf(number), transfer_group: payoutId(number) },
    ...{
      metadata: { attemptId },
      created: Math.trunc(at.epochMilliseconds / 1_000),
      reversed: false,
      amount_reversed: 0,
    },
  };
  stripe.moved.push(transfer);
  stripe.moved.sort((one, other) => one.created - other.created);
  return transfer;
}

/** So many transfers of nobody's, three of each second, the last one at this time. */
const moveForeign = (count: number, last: Temporal.Instant) => {
  for (let index = 0; index < count; index += 3)
    for (const _ of [1, 2, 3]) stripe.moved.push(foreignAt(last.subtract({ seconds: index })));
  stripe.moved.sort((one, other) => one.created - other.created);
};
const foreignAt = (at: Temporal.Instant): MovedTransfer => ({
  ...{ id: `tr_${randomUUID()}`, object: 'transfer', amount: 1, currency: 'eur', destination: 'acct_1' },
  ...{ transfer_group: randomUUID(), metadata: { attemptId: randomUUID() } },
  ...{ created: Math.trunc(at.epochMilliseconds / 1_000), reversed: false, amount_reversed: 0 },
});

/** An attempt that has paid, as our books have it. */
async function paid(number: number, startedAt: Temporal.Instant, paidAt: Temporal.Instant): Promise<string> {
  const id = randomUUIDv7();
  await world.database.query(
    `insert into payment_attempt (id, payout_id, number, account, amount_minor, currency, started_at)
      values ($1, $2, 1, $3, $4, 'EUR', $5)`,
    [id, payoutId(number), accountOf(number), 100 + number, startedAt.toString()],
  );
  await world.database.query(
    "insert into payment_result (attempt_id, outcome, reference, at) values ($1, 'PAID', $2, $3)",
    [id, `tr_of_${number}`, paidAt.toString()],
  );
  return id;
}

async function reconcileAll(): Promise<ReconciliationPage[]> {
  const pages = [await reconcile(deps())];
  for (let until = pages[0]?.nextUntil; until; until = pages.at(-1)?.nextUntil)
    pages.push(await reconcile(deps(), until));
  return pages;
}

const found = (pages: ReconciliationPage[], kind: DriftKind) =>
  pages.flatMap(({ items }) => items).filter((item) => item.kind === kind);
const counted = (pages: ReconciliationPage[]) =>
  pages.reduce((sum, { counts }) => sum + (counts.get('TRANSFER_EXTRA') ?? 0), 0);

test('reconciliation pages cover every transfer exactly once', async () => {
  moveForeign(4_500, ago({ hours: 24 }));
  const pages = await reconcileAll();
  expect(pages).toHaveLength(3);
  expect(pages.map(({ providerCompared }) => providerCompared)).toEqual([true, true, true]);
  expect(counted(pages)).toBe(4_500);

  const answer = await getDrift(deps(), { id: randomUUID(), roles: ['ops'], expiresAt: Number.POSITIVE_INFINITY }, {});
  expect(answer).toMatchObject({ total: pages[0]?.counts.get('TRANSFER_EXTRA'), nextUntil: expect.any(String) });
  expect(answer.items).toHaveLength(1_000);
  expect(pages[0]?.nextUntil?.toString({ smallestUnit: 'millisecond' })).toBe(answer.nextUntil);
  expect(pages.at(-1)?.nextUntil).toBeUndefined();
});

test('reconciliation compares an attempt with the page that may contain its transfer', async () => {
  moveForeign(2_400, ago({ hours: 24 }));
  const edge = (await reconcileAll())[0]?.nextUntil;
  if (!edge) throw new Error('One look has read it all.');
  const near = (minutes: number) => edge.add({ minutes });
  // Begun before that, and paid when it was tried again.
  const late = move(1, await paid(1, near(-10), near(10)), near(9));
  late.reversed = true;
  // By Stripe's clock, made before it was begun.
  move(2, await paid(2, near(1), near(2)), near(-1));
  await paid(3, ago({ hours: 48 }), ago({ hours: 48 }));
  await paid(4, ago({ minutes: 1 }), now);

  const pages = await reconcileAll();
  expect(found(pages, 'TRANSFER_MISSING').map((item) => item.payoutId)).toEqual([payoutId(4), payoutId(3)]);
  expect(counted(pages)).toBe(2_400);
  // Once, though two pages come by it.
  expect(found(pages, 'TRANSFER_REVERSED').map((item) => item.payoutId)).toEqual([payoutId(1)]);
});

test('the metric counts the differences of all pages, and none when a page is unanswered', async () => {
  const recorded = new Map<unknown, number>();
  const gauge = { record: (value: number, labels: { kind: string }) => void recorded.set(labels.kind, value) };
  vi.spyOn(metrics, 'getMeter').mockReturnValue({ createGauge: () => gauge } as unknown as Meter);
  moveForeign(2_400, ago({ hours: 24 }));
  const first = createTestLifecycle();
  watchDrift({ ...deps(), lifecycle: first });
  await eventually(() => expect(recorded.get('TRANSFER_EXTRA')).toBe(2_400));
  await first.stop();

  recorded.clear();
  let lists = 0;
  stripe.setFaults(() => {
    lists += 1;
    return lists > 22 ? '500-before' : 'none';
  });
  const second = createTestLifecycle();
  watchDrift({ ...deps(), lifecycle: second });
  await eventually(() => expect(lists).toBeGreaterThan(22));
  await second.stop();
  expect(recorded).toEqual(new Map());
});
