import { randomUUID } from 'node:crypto';
import type { Payout, PayoutAccount, PayoutAccountHistory, Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { type CallOptions, type PayoutsService, startPayouts } from './world.ts';

const [ann, bob, cid] = [randomUUID(), randomUUID(), randomUUID()];
const [first, other] = ['acct_1MTfjCQ9PRzxEwkZ', 'acct_1NV2ZkQ9PRzxAb12'];

let world: PayoutsService;

beforeAll(async () => {
  world = await startPayouts({ instances: 2 });
});

afterAll(() => world.stop());

const path = (providerId: string) => `/providers/${providerId}/payout-account`;
const request = (by: string, providerId: string, account: string, options?: CallOptions) =>
  world.call('finance', by, `PUT ${path(providerId)}`, { ...options, body: { account } });
const confirm = (by: string, providerId: string, options?: CallOptions) =>
  world.call('finance', by, `POST ${path(providerId)}/confirm`, options);
const look = (providerId: string) => world.call('finance', ann, `GET ${path(providerId)}`);

async function awaiting(amountMinor: number, providerId: string = randomUUID()): Promise<Payout> {
  const parties = { ...newParties(), providerId };
  const price = { amountMinor, currency: 'EUR' };
  await world.publishInTurn(...history(['propose', 'confirm', 'complete'], { ...parties, price }));
  return world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
}

const give = (by: string, { id }: Payout, command: string, body: object = {}) =>
  world.call('finance', by, `POST /payouts/${id}/${command}`, { body });
const now = async ({ assignmentId }: Payout) => (await world.payoutOf(assignmentId)).body as Payout;

test('an account change takes effect when another person confirms it', async () => {
  const providerId = randomUUID();
  expect(await look(providerId)).toMatchObject({ status: 404 });
  const requested = await request(ann, providerId, first);
  const nothing = { providerId, account: null, version: 0, updatedBy: null, updatedAt: null };
  expect(requested).toMatchObject({
    ...{ status: 202 },
    body: { ...nothing, pending: { account: first, requestedBy: ann } },
  });
  expect(requested.headers.get('etag')).toBe('"0"');
  expect((await look(providerId)).body).toEqual(requested.body);

  expect(await confirm(ann, providerId)).toMatchObject({ status: 403, body: { code: 'own-change' } });
  const confirmed = await confirm(bob, providerId);
  expect(confirmed).toMatchObject({
    ...{ status: 200 },
    body: { providerId, account: first, version: 1, updatedBy: bob, pending: null },
  });
  expect(confirmed.headers.get('etag')).toBe('"1"');
  expect((await look(providerId)).body).toEqual(confirmed.body);
  expect(await confirm(bob, providerId)).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
});

test('a second request replaces the pending one, and the first requester may confirm it', async () => {
  const providerId = randomUUID();
  await request(ann, providerId, first);
  expect((await request(bob, providerId, other)).body).toMatchObject({ pending: { account: other, requestedBy: bob } });
  expect(await confirm(bob, providerId)).toMatchObject({ status: 403, body: { code: 'own-change' } });
  expect((await confirm(ann, providerId)).body).toMatchObject({ account: other, version: 1, updatedBy: ann });
});

test('a confirmation that names an account confirms only that account', async () => {
  const providerId = randomUUID();
  await request(ann, providerId, first);
  await request(ann, providerId, other);
  const seen = (account: string) => confirm(bob, providerId, { body: { account } });
  expect(await seen(first)).toMatchObject({ status: 409, body: { code: 'version-conflict' } });
  expect((await look(providerId)).body).toMatchObject({ account: null, pending: { account: other } });
  expect(await seen(other)).toMatchObject({ status: 200, body: { account: other } });
});

test('two concurrent confirmations make one version, and one of them is refused', async () => {
  const providerId = randomUUID();
  await request(ann, providerId, first);
  const people = [bob, cid, randomUUID(), randomUUID()];
  const answers = await Promise.all(people.map((by) => confirm(by, providerId)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
  expect((await look(providerId)).body).toMatchObject({ version: 1, pending: null });
});

test('the history lists every confirmed change, masked, newest first', async () => {
  const providerId = randomUUID();
  for (const [account, by, confirmer] of [
    [first, ann, bob],
    [other, bob, cid],
  ] as const) {
    await request(by, providerId, account);
    await confirm(confirmer, providerId);
  }
  await request(ann, providerId, first);
  for (const role of ['finance', 'ops'] as const) {
    const { status, body } = await world.call(role, cid, `GET ${path(providerId)}/history`);
    expect(status).toBe(200);
    expect((body as PayoutAccountHistory).items).toEqual([
      {
        ...{ account: 'acct_…Ab12', version: 2, requestedBy: bob, requestedAt: expect.any(String) },
        ...{ confirmedBy: cid, confirmedAt: expect.any(String) },
      },
      {
        ...{ account: 'acct_…EwkZ', version: 1, requestedBy: ann, requestedAt: expect.any(String) },
        ...{ confirmedBy: bob, confirmedAt: expect.any(String) },
      },
    ]);
  }
});

test('account commands honour If-Match and idempotency keys', async () => {
  const providerId = randomUUID();
  const stale = { headers: { 'if-match': '"7"' } };
  expect(await request(ann, providerId, first, { headers: { 'if-match': '*' } })).toMatchObject({ status: 412 });
  expect(await request(ann, providerId, first, stale)).toMatchObject({ status: 412 });
  const keyed = { headers: { 'idempotency-key': randomUUID(), 'if-match': '"0"' } };
  const requested = await request(ann, providerId, first, keyed);
  expect(requested.status).toBe(202);

  expect(await confirm(bob, providerId, stale)).toMatchObject({ status: 412, body: { code: 'precondition-failed' } });
  const confirmKey = { headers: { 'idempotency-key': randomUUID(), 'if-match': '*' } };
  const confirmed = await confirm(bob, providerId, confirmKey);
  for (const [again, body] of [
    [await request(ann, providerId, first, keyed), requested.body],
    [await confirm(bob, providerId, confirmKey), confirmed.body],
  ] as const) {
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(body);
  }
  expect(await confirm(cid, providerId, { headers: { 'if-match': '"0"' } })).toMatchObject({ status: 412 });
  expect((await look(providerId)).body).toMatchObject({ version: 1, pending: null });
});

test('a confirmed change takes back the approvals of unpaid payouts and publishes that', async () => {
  const { providerId } = await awaiting(18_500);
  await world.setAccount(providerId, first);
  const full = await awaiting(18_500, providerId);
  const half = await awaiting(500_000, providerId);
  const stopped = await awaiting(18_500, providerId);
  const untouched = await awaiting(18_500, providerId);
  const paid = await awaiting(18_500, providerId);
  const foreign = await awaiting(18_500);
  for (const payout of [full, half, stopped, paid, foreign])
    expect((await give(ann, payout, 'approve')).status).toBe(200);
  await give(ann, stopped, 'block', { reason: 'Check' });
  await give(ann, paid, 'mark-paid', { reference: 'SEPA 40' });

  await request(ann, providerId, other);
  expect((await now(full)).status).toBe('APPROVED');
  await confirm(bob, providerId);

  for (const payout of [full, half])
    expect(await now(payout)).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [], version: 4 });
  expect(await now(stopped)).toMatchObject({ status: 'BLOCKED', approvals: [], holds: [{ reason: 'Check' }] });
  expect(await give(ann, stopped, 'unblock', { reason: 'Checked' })).toMatchObject({
    body: { status: 'AWAITING_APPROVAL' },
  });
  expect((await now(untouched)).version).toBe(2);
  expect(await now(paid)).toMatchObject({ status: 'PAID', version: 4 });
  expect(await now(foreign)).toMatchObject({ status: 'APPROVED', version: 3 });

  const events = await world.published(4, full.assignmentId);
  expect(events.at(-1)).toMatchObject({ type: 'payout.awaiting_approval', data: { approvals: [], version: 4 } });
  const { items } = (await world.call('finance', ann, `GET /payouts/${full.id}/timeline`)).body as Timeline;
  expect(items.at(-1)).toMatchObject({
    ...{ actor: { id: bob, role: 'finance' }, source: 'API', reason: 'The payout account changed to version 2.' },
    ...{ before: { status: 'APPROVED' }, after: { status: 'AWAITING_APPROVAL', approvals: [] } },
  });
  expect(await give(ann, full, 'approve')).toMatchObject({ status: 200, body: { status: 'APPROVED' } });
});

test.each([
  { first: 'the approval', left: [] },
  { first: 'the change', left: [bob] },
])(
  'an approval that races an account change does not survive it when $first comes first',
  async ({ first: earlier, left }) => {
    const payout = await awaiting(500_000);
    const { providerId } = payout;
    await world.setAccount(providerId, first);
    await give(ann, payout, 'approve');
    await request(ann, providerId, other);
    const both = [() => give(bob, payout, 'approve'), () => confirm(cid, providerId)];
    const hold = await world.holdRow('payout', payout.assignmentId);
    const answers = [];
    for (const send of earlier === 'the change' ? both.toReversed() : both) {
      answers.push(send());
      await world.untilWaiting(answers.length);
    }
    await hold.release();
    for (const answer of answers) expect((await answer).status).toBe(200);
    const { status, approvals } = await now(payout);
    expect({ status, by: approvals.map(({ by }) => by) }).toEqual({ status: 'AWAITING_APPROVAL', by: left });
  },
);

test('the provider sees the pending change, and everyone else but finance gets 404', async () => {
  const providerId = randomUUID();
  await request(ann, providerId, first);
  const shown = await world.call('provider', providerId, `GET ${path(providerId)}`);
  expect((shown.body as PayoutAccount).pending).toMatchObject({ account: first });
  for (const [role, sub] of [
    ['provider', randomUUID()],
    ['customer', providerId],
    ['ops', ann],
  ] as const)
    expect(await world.call(role, sub, `GET ${path(providerId)}`)).toMatchObject({ status: 404 });
});
