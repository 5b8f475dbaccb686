import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

const finance = randomUUID();

let world: PayoutsService;
let payoutId: string;

beforeAll(async () => {
  world = await startPayouts();
  const parties = newParties();
  const price = { amountMinor: 18_500, currency: 'EUR' };
  await world.publishInTurn(...history(['propose', 'confirm', 'complete'], { ...parties, price }));
  payoutId = (await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' })).id;
});

afterAll(() => world.stop());

test.each([
  ['a block', () => `POST /payouts/${payoutId}/block`, { reason: 'The account is being checked' }],
  ['an unblock', () => `POST /payouts/${payoutId}/unblock`, { reason: 'The account is right' }],
  ['an approval', () => `POST /payouts/${payoutId}/approve`, {}],
  ['a payment', () => `POST /payouts/${payoutId}/mark-paid`, { reference: 'SEPA "17" 🚰' }],
  ['a payout account', () => `PUT /providers/${randomUUID()}/payout-account`, { account: 'acct_1' }],
])('a repeated key returns the answer to %s byte for byte', async (_what, requestOf, body) => {
  const request = requestOf();
  const headers = { 'idempotency-key': randomUUID() };
  const [first, again] = [
    await world.call('finance', finance, request, { body, headers }),
    await world.call('finance', finance, request, { body, headers }),
  ];
  expect(first.status).toBeLessThan(300);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect([again.status, again.text, again.headers.get('etag')]).toEqual([
    first.status,
    first.text,
    first.headers.get('etag'),
  ]);
});

test('a repeated key returns an answer stored by the previous release', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const request = `PUT /providers/${randomUUID()}/payout-account`;
  const ask = () => world.call('finance', finance, request, { body: { account: 'acct_2' }, headers });
  const first = await ask();
  await world.database.query('update idempotency_key set answer_text = null');
  expect((await ask()).body).toEqual(first.body);
});
