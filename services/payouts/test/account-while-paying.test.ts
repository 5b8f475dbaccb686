import { randomUUID } from 'node:crypto';
import { type Database, openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import type { Payout } from '@punctual/contracts';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { payPayout } from '../src/commands/pay-payout.ts';
import type { Attempt } from '../src/domain/attempt.ts';
import type { PaymentAnswer, PaymentProvider, Transfer } from '../src/payment/payment-provider.ts';
import { claimPayments, type PaymentClaim } from '../src/persistence/payment-claims.ts';
import { schema } from '../src/persistence/schema.ts';
import { startLife } from './life.ts';
import { history, newParties, scheduleEvent } from './schedule-events.ts';
import { createWorld, type World } from './world.ts';

// The service pays by hand here; the test is the payment worker, and the provider. Money goes to the account that the approvals were
// for, or the approvals are taken back: never to an account that is no longer the provider's, on approvals that are gone.

const ann = randomUUID();
const [old, current] = ['acct_1MTfjCQ9PRzxEwkZ', 'acct_1NV2ZkQ9PRzxAb12'];

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

const give = ({ id }: Payout, command: string, body: object = {}) =>
  world.call('finance', ann, `POST /payouts/${id}/${command}`, { body });
const now = async ({ assignmentId }: Payout) => (await world.payoutOf(assignmentId)).body as Payout;

async function approved(): Promise<Payout> {
  const parties = newParties();
  await world.setAccount(parties.providerId, old);
  await world.publishInTurn(...history(['propose', 'confirm', 'complete'], parties));
  const payout = await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
  return (await give(payout, 'approve')).body as Payout;
}

/** Claims without a lease, so that the next one may claim at once. */
async function claim(): Promise<PaymentClaim> {
  const [claimed] = await claimPayments(database.fork(), { most: 1, leaseMs: 0 });
  if (!claimed) throw new Error('Nothing is to be paid.');
  return claimed;
}

const logger = pino({ level: 'silent' });
const work = async (provider: Partial<PaymentProvider>, claimed?: PaymentClaim, tries = 1) => {
  const deps = { database, relay: { wake: () => {} }, logger, retry: { tries, firstPauseMs: 0 } };
  await payPayout({ ...deps, provider: { ...absent, ...provider } }, claimed ?? (await claim()));
};

const absent: PaymentProvider = {
  pay: () => Promise.reject(new Error('Nobody was to ask.')),
  find: async () => undefined,
  list: async function* () {},
  repeatableUntil: () => new Date(Date.now() + 3_600_000),
};
const answering = (...answers: PaymentAnswer[]) => vi.fn(async (_attempt: Attempt) => answers.shift() as PaymentAnswer);
const found = async ({ id, payoutId, account, amount }: Attempt): Promise<Transfer> => ({
  ...{ reference: `tr_${id}`, payoutId, attemptId: id, account, isReversed: false, createdAt: new Date() },
  ...{ amount: amount.amountMinor, currency: 'eur' },
});
const paid = { kind: 'PAID', reference: 'tr_1' } as const;

it('a change between the claim and the attempt: nothing is paid before it is approved again, then to the new account', async () => {
  const payout = await approved();
  const claimed = await claim();
  await world.setAccount(payout.providerId, current);
  await work({}, claimed);
  expect(await now(payout)).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [] });

  await give(payout, 'approve');
  const pay = answering(paid);
  await work({ pay });
  expect(pay.mock.calls).toMatchObject([[{ account: current, accountVersion: 2 }]]);
  expect(await now(payout)).toMatchObject({ status: 'PAID', paidTo: 'acct_…Ab12' });
});

it('a change during the call: the approvals stay, and what they were for is paid', async () => {
  const payout = await approved();
  const pay = vi.fn(async (_attempt: Attempt): Promise<PaymentAnswer> => {
    await world.setAccount(payout.providerId, current);
    expect(await now(payout)).toMatchObject({ status: 'APPROVED', approvals: [{ by: ann }] });
    return paid;
  });
  await work({ pay });
  expect(pay.mock.calls).toMatchObject([[{ account: old }]]);
  expect(await now(payout)).toMatchObject({ status: 'PAID', paidTo: 'acct_…EwkZ' });
});

it('a change during a call that is refused: it is stopped without approvals, and paid to the new account', async () => {
  const payout = await approved();
  await work({
    pay: async () => {
      await world.setAccount(payout.providerId, current);
      return { kind: 'REFUSED', code: 'account_closed' };
    },
  });
  expect(await now(payout)).toMatchObject({ status: 'BLOCKED', approvals: [], holds: [{ kind: 'PAYMENT', by: null }] });
  expect(await give(payout, 'unblock', { reason: 'Changed' })).toMatchObject({ body: { status: 'AWAITING_APPROVAL' } });
  await give(payout, 'approve');
  const pay = answering(paid);
  await work({ pay });
  expect(pay.mock.calls).toMatchObject([[{ account: current }]]);
});

it('a change after a call without an answer: the attempt is looked up, and its call is not repeated', async () => {
  const payout = await approved();
  const pay = answering({ kind: 'AGAIN', because: 'no answer' });
  await work({ pay }, await claim(), 8);
  await world.setAccount(payout.providerId, current);
  expect((await now(payout)).status).toBe('APPROVED');

  await work({ pay });
  expect(pay).toHaveBeenCalledTimes(1);
  const stopped = await now(payout);
  expect(stopped).toMatchObject({ status: 'BLOCKED', approvals: [], holds: [{ kind: 'PAYMENT' }] });
  expect(stopped.blockedBecause).toMatch(/^unknown payment result: the payout account has changed/);

  // Approved again, for the new account: the attempt to the old one is still only looked up, until its end is known.
  await give(payout, 'unblock', { reason: 'Look again' });
  await give(payout, 'approve');
  await work({ pay });
  expect(pay).toHaveBeenCalledTimes(1);
  expect(await now(payout)).toMatchObject({ status: 'BLOCKED', approvals: [{ by: ann }] });

  await give(payout, 'unblock', { reason: 'A day later' });
  await work({ pay, repeatableUntil: () => new Date(0) });
  await give(payout, 'unblock', { reason: 'Stripe has none' });
  const again = answering(paid);
  await work({ pay: again, find: async () => undefined });
  expect(again.mock.calls).toMatchObject([[{ account: current, number: 2 }]]);
  expect(await now(payout)).toMatchObject({ status: 'PAID', paidTo: 'acct_…Ab12' });
});

it('a change after a call that went through unheard: it is found, and paid once to the old account', async () => {
  const payout = await approved();
  const pay = answering({ kind: 'AGAIN', because: 'no answer' });
  await work({ pay }, await claim(), 8);
  await world.setAccount(payout.providerId, current);
  await work({ pay, find: found });
  expect(pay).toHaveBeenCalledTimes(1);
  expect(await now(payout)).toMatchObject({ status: 'PAID', paidTo: 'acct_…EwkZ' });
});

it('a payment that is known while the payout is stopped keeps its approvals, and settles when it is freed', async () => {
  const payout = await approved();
  await work({
    pay: async () => {
      await give(payout, 'block', { reason: 'Stop' });
      return paid;
    },
  });
  await world.setAccount(payout.providerId, current);
  expect(await now(payout)).toMatchObject({ status: 'BLOCKED', approvals: [{ by: ann }] });
  expect(await give(payout, 'unblock', { reason: 'Go on' })).toMatchObject({ body: { status: 'APPROVED' } });
  await work({});
  expect(await now(payout)).toMatchObject({ status: 'PAID', paymentReference: 'tr_1', paidTo: 'acct_…EwkZ' });
});

it('a dispute during the call, settled and approved again: the payment that was made is the only one', async () => {
  const payout = await approved();
  const { assignmentId, jobId, customerId, providerId } = payout;
  const data = { assignmentId, jobId, customerId, providerId, status: 'COMPLETED', kind: 'OTHER', reason: 'A scratch' };
  await work({
    pay: async () => {
      await world.publishInTurn(scheduleEvent('schedule.disputed', 4, data));
      return paid;
    },
  });
  expect(await give(payout, 'unblock', { reason: 'Settled' })).toMatchObject({ body: { status: 'AWAITING_APPROVAL' } });
  await give(payout, 'approve');
  await work({});
  expect(await now(payout)).toMatchObject({ status: 'PAID', paymentReference: 'tr_1' });
});

it('approvals for an account that an instance of the previous release replaced are taken back by the worker', async () => {
  const payout = await approved();
  await world.database.query(
    'update payout_account set account = $2, version = 2, updated_by = $3, updated_at = now() where provider_id = $1',
    [payout.providerId, current, ann],
  );
  await work({});
  expect(await now(payout)).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [] });
  const history = await world.call('finance', ann, `GET /providers/${payout.providerId}/payout-account/history`);
  expect(history.body.items).toMatchObject([{ version: 2, requestedBy: ann, confirmedBy: ann }, { version: 1 }]);
});
