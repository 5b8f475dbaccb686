import { createHmac, randomUUID } from 'node:crypto';
import type { Payout, PayoutExplanation, Timeline } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { maskAccount } from '../src/domain/attempt.ts';
import { type FaultyStripe, type MovedTransfer, startFaultyStripe } from './faulty-stripe.ts';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

const [ann, account, secret] = [randomUUID(), 'acct_1MTfjCQ9PRzxEwkZ', 'whsec_test'];

let stripe: FaultyStripe;
let world: PayoutsService;

beforeAll(async () => {
  stripe = await startFaultyStripe();
  world = await startPayouts({
    instances: 2,
    env: {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_test_123',
      STRIPE_WEBHOOK_SECRET: secret,
      STRIPE_API_BASE: stripe.url,
      STRIPE_TIMEOUT_MS: '250',
      PAYMENT_TRIES: '3',
      PAYMENT_PAUSE_MS: '50',
    },
  });
});

afterAll(async () => {
  await world?.stop();
  await stripe?.stop();
});

beforeEach(() => stripe.setFaults(() => 'none'));

/** A payout that is approved, of a provider with an account unless told otherwise. */
async function approved({ hasAccount = true, currency = 'EUR' } = {}): Promise<Payout> {
  const parties = newParties();
  if (hasAccount) await world.setAccount(parties.providerId, account);
  await world.publish(
    ...history(['propose', 'confirm', 'complete'], { ...parties, price: { amountMinor: 18_500, currency } }),
  );
  const { id } = await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
  const { status, body } = await world.call('finance', ann, `POST /payouts/${id}/approve`);
  expect(status).toBe(200);
  return body as Payout;
}

const movedFor = ({ id }: Payout) => stripe.moved.filter(({ transfer_group }) => transfer_group === id);
const unblock = ({ id }: Payout) =>
  world.call('finance', ann, `POST /payouts/${id}/unblock`, { body: { reason: 'Looked at it' } });
const approve = ({ id }: Payout, by = ann) => world.call('finance', by, `POST /payouts/${id}/approve`);

test("the worker pays an approved payout to the provider's account and publishes payout.paid", async () => {
  const payout = await approved();
  const paid = await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  const [transfer] = movedFor(payout);
  expect(movedFor(payout)).toHaveLength(1);
  expect(transfer).toMatchObject({ amount: 18_500, currency: 'eur', destination: account });
  expect(paid).toMatchObject({ paymentReference: transfer?.id, paidTo: 'acct_…EwkZ' });
  const { body: timeline } = await world.call('finance', ann, `GET /payouts/${payout.id}/timeline`);
  expect((timeline as Timeline).items.at(-1)).toMatchObject({ type: 'payout.paid', after: { paidTo: 'acct_…EwkZ' } });
  const events = await world.published(4, payout.assignmentId);
  expect(events.at(-1)).toMatchObject({ type: 'payout.paid', data: { paymentReference: transfer?.id } });
  const marked = await world.call('finance', ann, `POST /payouts/${payout.id}/mark-paid`, { body: { reference: 'x' } });
  expect(marked).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
});

test.each([
  'silent-before',
  'silent-after',
  'reset-before',
  'reset-after',
  '409',
  '429',
  '500-before',
  '500-after',
] as const)('the worker pays once when the first call ends as %s', async (fault) => {
  let isFirst = true;
  stripe.setFaults((what) => {
    if (what === 'find' || !isFirst) return 'none';
    isFirst = false;
    return fault;
  });
  const payout = await approved();
  await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  expect(movedFor(payout)).toHaveLength(1);
});

test('an unknown payment result blocks the payout, and unblocking it pays nothing more', async () => {
  stripe.setFaults((what) => (what === 'pay' ? 'silent-after' : '500-before'));
  const payout = await approved();
  const blocked = await world.untilPayout(payout.assignmentId, { status: 'BLOCKED' });
  expect(blocked.blockedBecause).toMatch(/^unknown payment result: /);
  expect((await unblock(payout)).status).toBe(200);
  await eventually(async () => expect((await world.payoutOf(payout.assignmentId)).body.version).toBe(6));
  expect((await world.payoutOf(payout.assignmentId)).body.status).toBe('BLOCKED');

  stripe.setFaults(() => 'none');
  expect((await unblock(payout)).status).toBe(200);
  await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  expect(movedFor(payout)).toHaveLength(1);
});

test('a refused payment blocks the payout with its code, and unblocking retries with a new key', async () => {
  stripe.setFaults(() => 'refuse');
  const payout = await approved();
  const blocked = await world.untilPayout(payout.assignmentId, { status: 'BLOCKED' });
  expect(blocked.blockedBecause).toBe('payment refused: balance_insufficient');
  stripe.setFaults(() => 'none');
  await unblock(payout);
  await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  const { rows } = await world.database.query('select number from payment_attempt where payout_id = $1', [payout.id]);
  expect(rows).toHaveLength(2);
  expect(movedFor(payout)).toHaveLength(1);
});

test('explain shows ops each attempt, its masked account and its results', async () => {
  stripe.setFaults(() => 'refuse');
  const payout = await approved();
  await world.untilPayout(payout.assignmentId, { status: 'BLOCKED' });
  stripe.setFaults(() => 'none');
  await unblock(payout);
  await world.untilPayout(payout.assignmentId, { status: 'PAID' });

  const { body } = await world.call('ops', randomUUID(), `GET /ops/assignments/${payout.assignmentId}/explain`);
  const [transfer] = movedFor(payout);
  const to = { account: maskAccount(account), startedAt: expect.stringMatching(/Z$/) };
  const refused = { outcome: 'REFUSED', reference: null, code: 'balance_insufficient', at: expect.any(String) };
  const paid = { outcome: 'PAID', reference: transfer?.id, code: null, at: expect.any(String) };
  expect(body).toMatchObject({ payout: { status: 'PAID', paymentReference: transfer?.id } });
  expect((body as unknown as PayoutExplanation).attempts).toEqual([
    { ...to, id: expect.any(String), number: 1, results: [refused] },
    { ...to, id: transfer?.metadata.attemptId, number: 2, results: [paid] },
  ]);
});

test('payouts wait while Stripe refuses our key, and are paid once after it is accepted again', async () => {
  stripe.setFaults(() => '401');
  const payout = await approved();
  // More often than it is tried.
  await eventually(async () => {
    const { rows } = await world.database.query('select tries, waits from payment_claim where payout_id = $1', [
      payout.id,
    ]);
    expect(rows).toMatchObject([{ tries: expect.any(Number) }]);
    expect(rows[0].waits).toBeGreaterThan(3);
  });
  expect((await world.payoutOf(payout.assignmentId)).body.status).toBe('APPROVED');
  const drift = await world.call('ops', randomUUID(), 'GET /ops/payouts/drift');
  expect(drift).toMatchObject({ status: 200, body: { providerCompared: false } });

  stripe.setFaults(() => 'none');
  await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  expect(movedFor(payout)).toHaveLength(1);
  expect(await attemptsOf(payout)).toMatchObject([{ outcomes: ['PAID'] }]);
});

test('a dispute during a payment is kept, and settling it pays nothing more', async () => {
  stripe.setFaults((what) => (what === 'pay' ? 'silent-after' : 'none'));
  const payout = await approved();
  await eventually(() => expect(movedFor(payout)).toHaveLength(1));
  const { assignmentId, jobId, providerId, customerId } = payout;
  const parties = { assignmentId, jobId, providerId, customerId };
  const [dispute] = history(['propose', 'confirm', 'complete', 'dispute'], parties).slice(3);
  if (dispute) await world.publish(dispute);
  const now = await eventually(async () => {
    await world.untilConsumed();
    const { body } = await world.payoutOf(assignmentId);
    expect(['BLOCKED', 'PAID']).toContain(body.status);
    return body;
  });
  if (now.status === 'BLOCKED') {
    expect(await unblock(payout)).toMatchObject({ status: 200, body: { status: 'AWAITING_APPROVAL', approvals: [] } });
    expect((await approve(payout)).status).toBe(200);
  }
  await world.untilPayout(assignmentId, { status: 'PAID' });
  expect(movedFor(payout)).toHaveLength(1);
});

test('a payout without an account is blocked, and a KWD payout is paid in full', async () => {
  const without = await approved({ hasAccount: false });
  const blocked = await world.untilPayout(without.assignmentId, { status: 'BLOCKED' });
  expect(blocked.holds).toMatchObject([{ kind: 'ACCOUNT', reason: 'The provider has no payout account.', by: null }]);
  await world.setAccount(without.providerId, account);
  expect(await unblock(without)).toMatchObject({ status: 200, body: { status: 'AWAITING_APPROVAL', approvals: [] } });
  await approve(without);
  await world.untilPayout(without.assignmentId, { status: 'PAID' });

  const dinars = await approved({ currency: 'KWD' });
  await world.untilPayout(dinars.assignmentId, { status: 'PAID' });
  expect(movedFor(dinars)).toMatchObject([{ amount: 18_500, currency: 'kwd' }]);
});

test('a signed webhook event settles an attempt that no lookup could, exactly once', async () => {
  stripe.setFaults((what) => (what === 'pay' ? 'silent-after' : '500-before'));
  const payout = await approved();
  await world.untilPayout(payout.assignmentId, { status: 'BLOCKED' });
  const [transfer] = movedFor(payout);
  const event = eventOf('transfer.created', transfer);
  const body = JSON.stringify(event);
  const at = Math.trunc(Date.now() / 1000);

  expect(await notify(body, at, 'whsec_other')).toBe(400);
  expect(await notify(body, at - 3_600)).toBe(400);
  expect(await notify(body, at)).toBe(200);
  expect(await notify(body, at)).toBe(200);
  expect(await notify(JSON.stringify({ ...event, id: `evt_${randomUUID()}`, type: 'charge.failed' }), at)).toBe(200);
  const { rows } = await world.database.query(
    'select outcome, reference from payment_result join payment_attempt on id = attempt_id where payout_id = $1',
    [payout.id],
  );
  expect(rows).toEqual([{ outcome: 'PAID', reference: transfer?.id }]);

  await unblock(payout);
  const { paymentReference } = await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  expect(paymentReference).toBe(transfer?.id);
  expect(movedFor(payout)).toHaveLength(1);
});

test('a webhook event settles a refused attempt as paid and gives up the attempt after it', async () => {
  stripe.setFaults(() => 'refuse');
  const payout = await approved();
  await world.untilPayout(payout.assignmentId, { status: 'BLOCKED' });
  let calls = 0;
  stripe.setFaults((what, payoutId) => {
    if (payoutId !== payout.id || what === 'find') return 'none';
    calls += 1;
    return 'silent-before';
  });
  await unblock(payout);
  await eventually(() => expect(calls).toBeGreaterThan(0));
  const [first] = await attemptsOf(payout);
  // The provider's list does not have it yet: only the webhook event reports it.
  const transfer = transferOf(payout, String(first?.id));
  expect(await notifyOf('transfer.created', transfer)).toBe(200);

  const { paymentReference } = await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  expect(paymentReference).toBe(transfer.id);
  expect(await attemptsOf(payout)).toMatchObject([
    { outcomes: ['PAID', 'REFUSED'], codes: [null, 'balance_insufficient'] },
    { outcomes: ['ABSENT'], codes: ['given up: attempt 1 has paid'] },
  ]);
  // The workers continue and do not retry it.
  const before = calls;
  const next = await approved();
  await world.untilPayout(next.assignmentId, { status: 'PAID' });
  expect(calls).toBe(before);
  stripe.moved.push(transfer);
});

test('a reversal is recorded and leaves the payout paid', async () => {
  const payout = await approved();
  await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  const [transfer] = movedFor(payout);
  const reversed = { ...transfer, reversed: true, amount_reversed: transfer?.amount };
  expect(await notifyOf('transfer.reversed', reversed)).toBe(200);
  expect(await attemptsOf(payout)).toMatchObject([{ outcomes: ['PAID', 'REVERSED'] }]);
  expect((await world.payoutOf(payout.assignmentId)).body).toMatchObject({
    status: 'PAID',
    paymentReference: transfer?.id,
  });
});

test('reconciliation reports differences and changes nothing', async () => {
  const payout = await approved();
  await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  const drift = () => world.call('ops', randomUUID(), 'GET /ops/payouts/drift');
  expect((await drift()).body).toMatchObject({ providerCompared: true, items: [], total: 0 });

  const [transfer] = movedFor(payout);
  if (!transfer) throw new Error('Nothing has moved.');
  Object.assign(transfer, { amount: 1, reversed: true });
  await world.database.query('update assignment_view set amount_minor = 7 where assignment_id = $1', [
    payout.assignmentId,
  ]);
  const { body } = await drift();
  expect(body.total).toBe(3);
  expect(body.items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'AMOUNT_DIFFERS', payoutId: payout.id, detail: '18500 EUR instead of 7 EUR' }),
      expect.objectContaining({ kind: 'TRANSFER_DIFFERS', payoutId: payout.id }),
      expect.objectContaining({ kind: 'TRANSFER_REVERSED', payoutId: payout.id }),
    ]),
  );
  expect((await world.payoutOf(payout.assignmentId)).body.status).toBe('PAID');
});

test.each<[string, unknown, number]>([
  [
    'a thin event',
    { object: 'v2.core.event', type: 'v1.billing.meter.error_report_triggered', related_object: null },
    200,
  ],
  ['the ping of an event destination', { object: 'v2.core.event', type: 'v2.core.event_destination.ping' }, 200],
  ['a type that is still to be invented', { object: 'v3.core.event', type: 'transfer.imagined', data: null }, 200],
  ['an event without data', { object: 'event', type: 'charge.succeeded' }, 200],
  ['a transfer without its object', { object: 'event', type: 'transfer.created' }, 200],
  ['a transfer that is null', { object: 'event', type: 'transfer.created', data: { object: null } }, 200],
  [
    'a transfer of another shape',
    { object: 'event', type: 'transfer.reversed', data: { object: { id: 'tr_1' } } },
    200,
  ],
  ['a transfer without metadata', transferEvent({ metadata: undefined }), 200],
  ['a transfer with metadata that is null', transferEvent({ metadata: null }), 200],
  [
    "a transfer with another product's metadata",
    transferEvent({ metadata: { attemptId: 'x\u0000', order: '7' } }),
    200,
  ],
  ['a transfer of an attempt that is none', transferEvent({ metadata: { attemptId: randomUUID() } }), 200],
  ['a transfer made at no time', transferEvent({ created: 9e15 }), 200],
  ['no event', { id: undefined }, 400],
  ['another object of theirs', { object: 'charge', type: 'card' }, 400],
  ['an event with no type', { object: 'event', type: null }, 400],
  ['an event with an id of another kind', { id: 7, object: 'event', type: 'charge.succeeded' }, 400],
  ['an event with an id that no database keeps', { id: 'evt_\u0000', object: 'event', type: 'charge.succeeded' }, 400],
])('the webhook answers %s, signed, and changes nothing', async (_what, event, status) => {
  const body = JSON.stringify({ id: `evt_${randomUUID()}`, ...(event as object) });
  const before = await books();
  expect(await notify(body, Math.trunc(Date.now() / 1000))).toBe(status);
  expect(await books()).toEqual(before);
});

test.each(['{}', '[]', 'null', '"text"', '7', 'true', 'text', '{', ' ', '[[[['])(
  'the webhook refuses the signed body %s',
  async (body) => {
    expect(await notify(body, Math.trunc(Date.now() / 1000))).toBe(400);
  },
);

test('the webhook accepts any valid signature of several and refuses every malformed header', async () => {
  const body = JSON.stringify({ id: `evt_${randomUUID()}`, object: 'event', type: 'charge.succeeded' });
  const at = Math.trunc(Date.now() / 1000);
  const sign = (key: string) => createHmac('sha256', key).update(`${at}.${body}`).digest('hex');
  const [good, other] = [sign(secret), sign('whsec_before')];
  for (const header of [`t=${at},v1=${other},v1=${good}`, `t=${at},v1=${good},v1=${other},v0=${other}`])
    expect(await deliver(body, header)).toBe(200);
  const bad = ['', 't', 'v1', `t=${at}`, `t=${at},v1`, `t=${at},v1=`, `t=${at},v1=${'é'.repeat(64)}`, `t=,v1=${good}`];
  for (const header of [
    ...bad,
    `t=${at},v0=${good}`,
    `v1=${good}`,
    `t=${'9'.repeat(400)},v1=${good}`,
    ','.repeat(4_000),
  ])
    expect([header, await deliver(body, header)]).toEqual([header, 400]);
});

/** Everything a webhook event could change. */
async function books() {
  const { rows } = await world.database.query(
    'select (select count(*) from payment_result) as results, (select sum(version) from payout) as versions',
  );
  return rows;
}

function transferEvent(fields: object) {
  const transfer = { id: 'tr_1', object: 'transfer', amount: 1, currency: 'eur', destination: 'acct_1', created: 1 };
  return { object: 'event', type: 'transfer.created', data: { object: { ...transfer, metadata: {}, ...fields } } };
}

/** As Stripe has it of an attempt. */
const transferOf = ({ id, amount }: Payout, attemptId: string): MovedTransfer => ({
  ...{ id: `tr_${randomUUID()}`, object: 'transfer', amount: amount.amountMinor, currency: 'eur' },
  ...{ destination: account, transfer_group: id, metadata: { payoutId: id, attemptId } },
  ...{ created: Math.trunc(Date.now() / 1000), reversed: false, amount_reversed: 0 },
});
const eventOf = (type: string, object: object | undefined) => ({
  ...{ id: `evt_${randomUUID()}`, object: 'event', type },
  data: { object },
});
const notifyOf = (type: string, object: object | undefined) =>
  notify(JSON.stringify(eventOf(type, object)), Math.trunc(Date.now() / 1000));

async function attemptsOf({ id }: Payout): Promise<{ id: string; outcomes: string[]; codes: (string | null)[] }[]> {
  const { rows } = await world.database.query(
    `select a.id, array_agg(r.outcome order by r.outcome) as outcomes, array_agg(r.code order by r.outcome) as codes
       from payment_attempt a left join payment_result r on r.attempt_id = a.id
      where a.payout_id = $1 group by a.id, a.number order by a.number`,
    [id],
  );
  return rows;
}

async function notify(body: string, at: number, key = secret): Promise<number> {
  const signature = createHmac('sha256', key).update(`${at}.${body}`).digest('hex');
  return deliver(body, `t=${at},v1=${signature}`);
}

async function deliver(body: string, signature: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  const response = await fetch(`${world.services[0]?.url}/webhooks/stripe`, { method: 'POST', headers, body });
  await response.body?.cancel();
  return response.status;
}
