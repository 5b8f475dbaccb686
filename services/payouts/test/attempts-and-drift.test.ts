import { randomUUID, randomUUIDv7 } from 'node:crypto';
import type { Payout } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { applyWebhookEvent } from '../src/commands/apply-webhook-event.ts';
import type { Attempt } from '../src/domain/attempt.ts';
import { Amount } from '../src/domain/money.ts';
import type { PaymentAnswer, PaymentProvider, Transfer } from '../src/payment/payment-provider.ts';
import { matches } from '../src/payment/stripe/transfers.ts';
import { reconcile } from '../src/queries/reconcile.ts';
import { absent, createPaymentWorker, type PaymentWorker, transferOf } from './payment-worker.ts';
import { history, newParties } from './schedule-events.ts';

const account = 'acct_1MTfjCQ9PRzxEwkZ';

let worker: PaymentWorker;
let world: PaymentWorker['world'];
beforeAll(async () => {
  worker = await createPaymentWorker(account);
  world = worker.world;
});
afterAll(() => worker?.stop());

const approved = () => worker.approved();
const statusOf = async (payout: Payout) => (await worker.current(payout)).status;

/** A worker whose call goes on until the test lets it end, with its lease over. */
async function startSlow() {
  const [called, ended] = [Promise.withResolvers<Attempt>(), Promise.withResolvers<PaymentAnswer>()];
  const claimed = await worker.claim();
  const answer = (attempt: Attempt) => {
    called.resolve(attempt);
    return ended.promise;
  };
  const done = worker.pay({ pay: answer }, { claimed });
  const end = (last: PaymentAnswer) => {
    ended.resolve(last);
    return done;
  };
  return { attempt: await called.promise, end };
}

test.each([
  { kind: 'REFUSED', code: 'too late' },
  { kind: 'AGAIN', because: 'no answer' },
  { kind: 'UNKNOWN', because: 'no answer' },
  { kind: 'PAID', reference: 'tr_1' },
] as const)('a worker whose lease ended during its call changes nothing with $kind', async (late) => {
  const payout = await approved();
  const slow = await startSlow();
  // Another one finds the attempt, and that it has paid.
  await worker.pay({ find: async (attempt) => transferOf(attempt, 'tr_1') }, { claimed: await worker.claim(60_000) });
  expect(await statusOf(payout)).toBe('PAID');
  await slow.end(late);
  expect((await world.payoutOf(payout.assignmentId)).body).toMatchObject({ status: 'PAID', paymentReference: 'tr_1' });
  const { rows } = await world.database.query('select outcome from payment_result where attempt_id = $1', [
    slow.attempt.id,
  ]);
  expect(rows).toEqual([{ outcome: 'PAID' }]);
});

test('a payment recorded by a slow worker stops the worker that took over', async () => {
  const payout = await approved();
  const slow = await startSlow();
  const claimed = await worker.claim(60_000);
  const find = async () => {
    await slow.end({ kind: 'PAID', reference: 'tr_1' });
    return undefined;
  };
  await worker.pay({ find }, { claimed });
  expect(await statusOf(payout)).toBe('PAID');
});

test('a transfer that differs from its attempt blocks the payout instead of paying it', async () => {
  const payout = await approved();
  const pay = async (): Promise<PaymentAnswer> => ({ kind: 'AGAIN', because: 'no answer' });
  await worker.pay({ pay }, { tries: 8 });
  const find = async (attempt: Attempt) => ({ ...transferOf(attempt, 'tr_1'), amount: 1 });
  await worker.pay({ find });
  const { status, blockedBecause } = await worker.current(payout);
  expect(status).toBe('BLOCKED');
  expect(blockedBecause).toMatch(/^unknown payment result: transfer tr_1 differs from its attempt/);
});

test('a webhook event that matches no attempt is logged with its account masked', async () => {
  const error = vi.fn();
  const logger = Object.assign(worker.deps.logger.child({}), { error });
  const transfer = transferOf({ ...someAttempt(), account });
  await applyWebhookEvent({ ...worker.deps, logger }, { id: `evt_${randomUUID()}`, type: 'paid', transfer }, matches);
  expect(error).toHaveBeenCalledTimes(1);
  expect(JSON.stringify(error.mock.calls)).toContain('acct_…EwkZ');
  expect(JSON.stringify(error.mock.calls)).not.toContain(account);
});

test('a difference contains no text written by a person', async () => {
  const payout = await approved();
  const setEnd = (reason: string | null) =>
    world.database.query('update assignment_view set ended_because = $2 where assignment_id = $1', [
      payout.assignmentId,
      reason,
    ]);
  await setEnd('cancelled: My neighbour died');
  const { items } = await reconcile({ ...worker.deps, provider: undefined });
  expect(items).toContainEqual(expect.objectContaining({ kind: 'PAYOUT_EXTRA', payoutId: payout.id }));
  expect(JSON.stringify(items)).not.toContain('neighbour');
  await setEnd(null);
});

function someAttempt(): Attempt {
  const amount = Amount.parse({ amountMinor: 18_500, currency: 'EUR' });
  const ids = { id: randomUUIDv7(), payoutId: randomUUIDv7() };
  return { ...ids, number: 1, account, accountVersion: 1, amount, startedAt: Temporal.Now.instant(), results: [] };
}

test('reconciliation finds each kind of difference', async () => {
  const drift = async (transfers: readonly Transfer[]) => {
    const provider: PaymentProvider = {
      ...absent,
      list: async function* () {
        yield* transfers;
      },
    };
    const { items } = await reconcile({ ...worker.deps, provider });
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
    const startedAt = Temporal.Now.instant().subtract({ hours: 2 }).add({ milliseconds: number }).round('millisecond');
    await world.database.query(
      `insert into payment_attempt (id, payout_id, number, account, amount_minor, currency, started_at)
        values ($1, $2, $3, $4, $5, $6, $7)`,
      [attempt.id, payout.id, number, account, payout.amount.amountMinor, payout.amount.currency, startedAt.toString()],
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
