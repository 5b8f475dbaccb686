import type { Payout } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Attempt } from '../src/domain/attempt.ts';
import type { PaymentAnswer } from '../src/payment/payment-provider.ts';
import { createPaymentWorker, type PaymentWorker, transferOf } from './payment-worker.ts';
import { scheduleEvent } from './schedule-events.ts';

// Money goes to the account that the approvals were for, or the approvals are taken back. It never
// goes to an account that is no longer the provider's on approvals that are gone.

const [old, current] = ['acct_1MTfjCQ9PRzxEwkZ', 'acct_1NV2ZkQ9PRzxAb12'];

let worker: PaymentWorker;
let world: PaymentWorker['world'];
beforeAll(async () => {
  worker = await createPaymentWorker(old);
  world = worker.world;
});
afterAll(() => worker?.stop());

const approved = () => worker.approved();
const claim = () => worker.claim();
const now = (payout: Payout) => worker.current(payout);
const give: PaymentWorker['give'] = (...command) => worker.give(...command);
const work: PaymentWorker['pay'] = (...payment) => worker.pay(...payment);
const answering = (...answers: PaymentAnswer[]) => vi.fn(async (_attempt: Attempt) => answers.shift() as PaymentAnswer);
const found = async (attempt: Attempt) => transferOf(attempt);
const paid = { kind: 'PAID', reference: 'tr_1' } as const;

test('an account change before the attempt takes approvals back, and the new account is paid', async () => {
  const payout = await approved();
  const claimed = await claim();
  await world.setAccount(payout.providerId, current);
  await work({}, { claimed });
  expect(await now(payout)).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [] });

  await give(payout, 'approve');
  const pay = answering(paid);
  await work({ pay });
  expect(pay.mock.calls).toMatchObject([[{ account: current, accountVersion: 2 }]]);
  expect(await now(payout)).toMatchObject({ status: 'PAID', paidTo: 'acct_…Ab12' });
});

test('an account change during the call keeps the approvals, and the old account is paid', async () => {
  const payout = await approved();
  const pay = vi.fn(async (_attempt: Attempt): Promise<PaymentAnswer> => {
    await world.setAccount(payout.providerId, current);
    expect(await now(payout)).toMatchObject({ status: 'APPROVED', approvals: [{ by: worker.clerk }] });
    return paid;
  });
  await work({ pay });
  expect(pay.mock.calls).toMatchObject([[{ account: old }]]);
  expect(await now(payout)).toMatchObject({ status: 'PAID', paidTo: 'acct_…EwkZ' });
});

test('an account change during a refused call blocks the payout without approvals', async () => {
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

test('an account change after an unanswered call only looks the attempt up', async () => {
  const payout = await approved();
  const pay = answering({ kind: 'AGAIN', because: 'no answer' });
  await work({ pay }, { tries: 8 });
  await world.setAccount(payout.providerId, current);
  expect((await now(payout)).status).toBe('APPROVED');

  await work({ pay });
  expect(pay).toHaveBeenCalledTimes(1);
  const stopped = await now(payout);
  expect(stopped).toMatchObject({ status: 'BLOCKED', approvals: [], holds: [{ kind: 'PAYMENT' }] });
  expect(stopped.blockedBecause).toMatch(/^unknown payment result: the payout account has changed/);

  // Approved again, for the new account: the attempt to the old one is still only looked up, until
  // its end is known.
  await give(payout, 'unblock', { reason: 'Look again' });
  await give(payout, 'approve');
  await work({ pay });
  expect(pay).toHaveBeenCalledTimes(1);
  expect(await now(payout)).toMatchObject({ status: 'BLOCKED', approvals: [{ by: worker.clerk }] });

  await give(payout, 'unblock', { reason: 'A day later' });
  await work({ pay, repeatableUntil: () => Temporal.Instant.fromEpochMilliseconds(0) });
  await give(payout, 'unblock', { reason: 'Stripe has none' });
  const again = answering(paid);
  await work({ pay: again, find: async () => undefined });
  expect(again.mock.calls).toMatchObject([[{ account: current, number: 2 }]]);
  expect(await now(payout)).toMatchObject({ status: 'PAID', paidTo: 'acct_…Ab12' });
});

test('an account change after a lost answer finds the payment to the old account', async () => {
  const payout = await approved();
  const pay = answering({ kind: 'AGAIN', because: 'no answer' });
  await work({ pay }, { tries: 8 });
  await world.setAccount(payout.providerId, current);
  await work({ pay, find: found });
  expect(pay).toHaveBeenCalledTimes(1);
  expect(await now(payout)).toMatchObject({ status: 'PAID', paidTo: 'acct_…EwkZ' });
});

test('a payment recorded on a blocked payout keeps its approvals, and settles when unblocked', async () => {
  const payout = await approved();
  await work({
    pay: async () => {
      await give(payout, 'block', { reason: 'Stop' });
      return paid;
    },
  });
  await world.setAccount(payout.providerId, current);
  expect(await now(payout)).toMatchObject({ status: 'BLOCKED', approvals: [{ by: worker.clerk }] });
  expect(await give(payout, 'unblock', { reason: 'Go on' })).toMatchObject({ body: { status: 'APPROVED' } });
  await work({});
  expect(await now(payout)).toMatchObject({ status: 'PAID', paymentReference: 'tr_1', paidTo: 'acct_…EwkZ' });
});

test('a dispute during the call does not pay the payout twice', async () => {
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

test('the worker takes approvals back for an account that a previous release replaced', async () => {
  const payout = await approved();
  await world.database.query(
    'update payout_account set account = $2, version = 2, updated_by = $3, updated_at = now() where provider_id = $1',
    [payout.providerId, current, worker.clerk],
  );
  await work({});
  expect(await now(payout)).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [] });
  const history = await world.call(
    'finance',
    worker.clerk,
    `GET /providers/${payout.providerId}/payout-account/history`,
  );
  expect(history.body.items).toMatchObject([
    { version: 2, requestedBy: worker.clerk, confirmedBy: worker.clerk },
    { version: 1 },
  ]);
});
