import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { type Database, openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import type { Payout } from '@punctual/contracts';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { payPayout } from '../src/commands/pay-payout.ts';
import type { Attempt } from '../src/domain/attempt.ts';
import { Amount } from '../src/domain/money.ts';
import type { PaymentAnswer, PaymentProvider, Transfer } from '../src/payment/payment-provider.ts';
import { claimPayments, type PaymentClaim } from '../src/persistence/payment-claims.ts';
import { schema } from '../src/persistence/schema.ts';
import { findDrift } from '../src/queries/find-drift.ts';
import { startLife } from './life.ts';
import { history, newParties } from './schedule-events.ts';
import { createWorld, type World } from './world.ts';

// The service pays by hand here; the test is the payment worker, and the provider.

const logger = pino({ level: 'silent' });
const [ann, account] = [randomUUID(), 'acct_1MTfjCQ9PRzxEwkZ'];

let world: World;
let database: Database;
const { lifecycle, stop: closeDatabase } = startLife();

beforeAll(async () => {
  world = await createWorld();
  database = await openDatabase({
    url: parsePostgresUrl(world.environment.databaseUrl),
    poolSize: 4,
    ...schema,
    lifecycle,
  });
});

afterAll(async () => {
  await closeDatabase();
  await world?.stop();
});

async function approved(): Promise<Payout> {
  const parties = newParties();
  await world.setAccount(parties.providerId, account);
  await world.publish(...history(['propose', 'confirm', 'complete'], parties));
  const { id } = await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
  return (await world.call('finance', ann, `POST /payouts/${id}/approve`)).body as Payout;
}

const statusOf = async ({ assignmentId }: Payout) => (await world.payoutOf(assignmentId)).body.status;

function transferOf({ id, payoutId, amount }: Attempt, reference = 'tr_1'): Transfer {
  const { amountMinor, currency } = amount;
  return {
    ...{ reference, payoutId, attemptId: id, account, isReversed: false, createdAt: new Date() },
    ...{ amount: amountMinor, currency: currency.toLowerCase() },
  };
}

const nothing: PaymentProvider = {
  pay: () => Promise.reject(new Error('Nobody was to ask.')),
  find: async () => undefined,
  list: async function* () {},
  repeatableUntil: () => new Date(Date.now() + 3_600_000),
};

const pay = (provider: PaymentProvider, claim: PaymentClaim) =>
  payPayout({ database, relay: { wake: () => {} }, provider, logger, retry: { tries: 1, firstPauseMs: 0 } }, claim);

async function claim(leaseMs: number): Promise<PaymentClaim> {
  const [claimed] = await claimPayments(database.fork(), { most: 1, leaseMs });
  if (!claimed) throw new Error('Nothing is to be paid.');
  return claimed;
}

/** A worker whose call goes on until the test lets it end, with its lease over. */
async function startSlow() {
  const [called, ended] = [Promise.withResolvers<Attempt>(), Promise.withResolvers<PaymentAnswer>()];
  const slow = await claim(0);
  const answer = (attempt: Attempt) => {
    called.resolve(attempt);
    return ended.promise;
  };
  const done = pay({ ...nothing, pay: answer }, slow);
  const end = (last: PaymentAnswer) => {
    ended.resolve(last);
    return done;
  };
  return { attempt: await called.promise, end };
}

it.each([
  { kind: 'REFUSED', code: 'too late' },
  { kind: 'AGAIN', because: 'no answer' },
  { kind: 'UNKNOWN', because: 'no answer' },
  { kind: 'PAID', reference: 'tr_1' },
] as const)('a worker whose lease ran out during its call does no harm with $kind', async (late) => {
  const payout = await approved();
  const slow = await startSlow();
  // Another one finds the attempt, and that it has paid.
  await pay({ ...nothing, find: async (attempt) => transferOf(attempt) }, await claim(60_000));
  expect(await statusOf(payout)).toBe('PAID');
  await slow.end(late);
  expect((await world.payoutOf(payout.assignmentId)).body).toMatchObject({ status: 'PAID', paymentReference: 'tr_1' });
  const { rows } = await world.database.query('select outcome from payment_result where attempt_id = $1', [
    slow.attempt.id,
  ]);
  expect(rows).toEqual([{ outcome: 'PAID' }]);
});

it('whoever is slow says that it has paid, and the one that took over calls no more', async () => {
  const payout = await approved();
  const slow = await startSlow();
  const taken = await claim(60_000);
  const find = async () => {
    await slow.end({ kind: 'PAID', reference: 'tr_1' });
    return undefined;
  };
  await pay({ ...nothing, find }, taken);
  expect(await statusOf(payout)).toBe('PAID');
});

it('finds each kind of difference', async () => {
  const drift = async (transfers: readonly Transfer[]) => {
    const provider: PaymentProvider = {
      ...nothing,
      list: async function* () {
        yield* transfers;
      },
    };
    const { items } = await findDrift({ database, provider, logger }, new Date());
    return items.map(({ kind, payoutId, assignmentId }) => ({ kind, of: payoutId ?? assignmentId }));
  };
  const known = await drift([]);
  const found = async (...transfers: Transfer[]) => {
    const all = await drift(transfers);
    return all.filter(({ kind, of }) => !known.some((other) => other.kind === kind && other.of === of));
  };
  const payout = await approved();

  // The confirmation counts as applied, and left nothing behind.
  const missing = newParties();
  const [proposed, confirmed, completed] = history(['propose', 'confirm', 'complete'], missing);
  if (!proposed || !confirmed || !completed) throw new Error('A history of three steps has three events.');
  await world.database.query("insert into inbox (consumer, event_id) values ('payouts-schedule', $1)", [confirmed.id]);
  await world.publishInTurn(proposed, confirmed, completed);
  expect(await found()).toEqual([{ kind: 'PAYOUT_MISSING', of: missing.assignmentId }]);
  // As the runbook says.
  await world.database.query('delete from inbox where event_id = $1', [confirmed.id]);
  await world.replay(confirmed);
  await world.untilPayout(missing.assignmentId, { status: 'AWAITING_APPROVAL' });

  await world.database.query("update assignment_view set ended_because = 'cancelled' where assignment_id = $1", [
    payout.assignmentId,
  ]);
  expect(await found()).toEqual([{ kind: 'PAYOUT_EXTRA', of: payout.id }]);
  await world.database.query('update assignment_view set ended_because = null where assignment_id = $1', [
    payout.assignmentId,
  ]);

  const begin = async (number: number): Promise<Attempt> => {
    const attempt = {
      id: randomUUIDv7(),
      payoutId: payout.id,
      number,
      account,
      accountVersion: null,
      amount: Amount.parse(payout.amount),
      results: [],
    };
    const startedAt = new Date(Date.now() - 7_200_000 + number);
    await world.database.query(
      `insert into payment_attempt (id, payout_id, number, account, amount_minor, currency, started_at)
        values ($1, $2, $3, $4, $5, $6, $7)`,
      [attempt.id, payout.id, number, account, payout.amount.amountMinor, payout.amount.currency, startedAt],
    );
    return { ...attempt, startedAt };
  };
  const end = (attempt: Attempt, outcome: string, reference: string | null = null) =>
    world.database.query('insert into payment_result (attempt_id, outcome, reference, at) values ($1, $2, $3, now())', [
      attempt.id,
      outcome,
      reference,
    ]);

  const first = await begin(1);
  expect(await found()).toEqual([{ kind: 'ATTEMPT_OPEN', of: payout.id }]);
  await end(first, 'REFUSED');
  expect(await found()).toEqual([]);
  expect(await found(transferOf(first))).toEqual([{ kind: 'TRANSFER_EXTRA', of: payout.id }]);
  const second = await begin(2);
  await end(second, 'PAID', 'tr_2');
  expect(await found()).toEqual([{ kind: 'TRANSFER_MISSING', of: payout.id }]);
  expect(await found(transferOf(second, 'tr_2'))).toEqual([]);
  // Both have paid.
  await end(first, 'PAID', 'tr_1');
  expect(await found(transferOf(first), transferOf(second, 'tr_2'))).toEqual([
    { kind: 'TRANSFER_EXTRA', of: payout.id },
  ]);
  const foreign = { ...transferOf(second, 'tr_3'), attemptId: randomUUID() };
  expect(await drift([foreign])).toContainEqual({ kind: 'TRANSFER_EXTRA', of: null });
  // Not made by this product.
  expect(await drift([{ ...foreign, attemptId: undefined }])).not.toContainEqual({ kind: 'TRANSFER_EXTRA', of: null });
});
