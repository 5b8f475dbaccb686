import { randomUUIDv7 } from 'node:crypto';
import type { Server } from '@punctual/devstack';
import { startStripeMock } from '@punctual/devstack';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Attempt } from '../src/domain/attempt.ts';
import { Amount } from '../src/domain/money.ts';
import { KeyRefused } from '../src/payment/payment-provider.ts';
import { createStripe } from '../src/payment/stripe/client.ts';
import { type FaultyStripe, startFaultyStripe } from './faulty-stripe.ts';

let mock: Server;
let faulty: FaultyStripe;

beforeAll(async () => {
  mock = await startStripeMock();
  faulty = await startFaultyStripe({ upstream: mock.url });
});

afterAll(async () => {
  await faulty?.stop();
  await mock?.stop();
});

beforeEach(() => faulty.setFaults(() => 'none'));

const provider = (url: string, apiKey = 'sk_test_123') =>
  createStripe({ apiKey, apiBase: new URL(url), timeoutMs: 1_000 });

function attempt(amountMinor = 18_500, currency = 'EUR'): Attempt {
  const amount = Amount.parse({ amountMinor, currency });
  const [id, payoutId] = [randomUUIDv7(), randomUUIDv7()];
  return {
    id,
    payoutId,
    number: 1,
    account: 'acct_1MTfjCQ9PRzxEwkZ',
    accountVersion: 1,
    amount,
    startedAt: Temporal.Now.instant(),
    results: [],
  };
}

test("the adapter sends requests that match Stripe's OpenAPI description and parses the answers", async () => {
  const stripe = provider(mock.url);
  expect(await stripe.pay(attempt())).toEqual({ kind: 'PAID', reference: expect.stringMatching(/^tr_/) });
  // The mock has one transfer, which is of no attempt.
  expect(await stripe.find(attempt())).toBeUndefined();
  const listed = await Array.fromAsync(
    stripe.list({ since: Temporal.Instant.fromEpochMilliseconds(0), until: undefined }),
  );
  expect(listed).toEqual([expect.objectContaining({ reference: expect.stringMatching(/^tr_/), isReversed: false })]);
});

test.each([-62_135_596_800_000, -500, 0, 999, 253_402_300_799_999])(
  'list accepts an upper bound of %i ms',
  async (ms) => {
    const listed = provider(mock.url).list({
      since: Temporal.Instant.fromEpochMilliseconds(0),
      until: Temporal.Instant.fromEpochMilliseconds(ms),
    });
    expect(await Array.fromAsync(listed)).toBeInstanceOf(Array);
  },
);

test('a key that Stripe rejects gives KEY_REFUSED and says nothing about the payment', async () => {
  expect(await provider(mock.url, 'nonsense').pay(attempt())).toMatchObject({ kind: 'KEY_REFUSED' });
  await expect(provider(mock.url, 'nonsense').find(attempt())).rejects.toThrow(KeyRefused);
});

test('pay refuses an amount that Stripe would read as a different one', async () => {
  const answer = await provider(mock.url).pay(attempt(18_501, 'KWD'));
  expect(answer).toEqual({ kind: 'REFUSED', code: 'Stripe cannot move 18.501 KWD exactly.' });
});

test.each([
  ['silent-before', { kind: 'AGAIN', because: 'no answer' }, 0],
  ['silent-after', { kind: 'AGAIN', because: 'no answer' }, 1],
  ['reset-before', { kind: 'AGAIN', because: 'no answer' }, 0],
  ['reset-after', { kind: 'AGAIN', because: 'no answer' }, 1],
  ['409', { kind: 'AGAIN', because: '409 idempotency_key_in_use' }, 0],
  ['429', { kind: 'AGAIN', because: '429 rate_limit' }, 0],
  ['500-before', { kind: 'AGAIN', because: '500 api_error' }, 0],
  ['500-after', { kind: 'AGAIN', because: '500 api_error' }, 1],
  ['400-retry', { kind: 'AGAIN', because: '400 lock_timeout' }, 0],
  ['500-no-retry', { kind: 'UNKNOWN', because: '500 api_error' }, 1],
  ['refuse', { kind: 'REFUSED', code: 'balance_insufficient' }, 0],
] as const)(
  'after %s the adapter reports the known result, finds the transfer and never makes a second one',
  async (fault, answer, moves) => {
    const [stripe, tried] = [provider(faulty.url), attempt()];
    const ofIt = () => faulty.moved.filter(({ transfer_group }) => transfer_group === tried.payoutId);
    faulty.setFaults((what) => (what === 'pay' ? fault : 'none'));
    expect(await stripe.pay(tried)).toEqual(answer);
    expect(ofIt()).toHaveLength(moves);

    faulty.setFaults(() => 'none');
    const found = await stripe.find(tried);
    expect(found?.reference).toBe(ofIt()[0]?.id);
    if (fault === 'refuse') return;
    const again = await stripe.pay(tried);
    expect(ofIt()).toHaveLength(1);
    expect(again).toEqual({ kind: 'PAID', reference: ofIt()[0]?.id });
  },
);
