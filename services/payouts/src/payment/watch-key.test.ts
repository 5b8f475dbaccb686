import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import type { Attempt } from '../domain/attempt.ts';
import { Amount } from '../domain/money.ts';
import { KeyRefused, type PaymentAnswer, type PaymentProvider } from './payment-provider.ts';
import { watchKey } from './watch-key.ts';

const attempt: Attempt = {
  ...{ id: 'a', payoutId: 'p', number: 1, account: 'acct_1', accountVersion: 1, results: [] },
  ...{
    amount: Amount.parse({ amountMinor: 100, currency: 'EUR' }),
    startedAt: Temporal.Instant.fromEpochMilliseconds(0),
  },
};

test('a refused key is logged once, and its recovery once', async () => {
  let answer: PaymentAnswer = { kind: 'KEY_REFUSED', because: '401 api_key_expired' };
  const provider: PaymentProvider = {
    pay: async () => answer,
    find: async () => {
      if (answer.kind === 'KEY_REFUSED') throw new KeyRefused(answer.because);
      return undefined;
    },
    list: async function* () {},
    matches: () => true,
    repeatableUntil: () => Temporal.Instant.fromEpochMilliseconds(0),
  };
  const logger = Object.assign(pino({ level: 'silent' }), { error: vi.fn(), info: vi.fn() });
  const watched = watchKey(provider, logger);
  await watched.pay(attempt);
  await expect(watched.find(attempt)).rejects.toThrow(KeyRefused);
  await watched.pay(attempt);
  expect(logger.error).toHaveBeenCalledExactlyOnceWith({ because: '401 api_key_expired' }, expect.any(String));
  expect(logger.info).not.toHaveBeenCalled();

  // What says nothing of the key changes nothing.
  answer = { kind: 'AGAIN', because: 'no answer' };
  await watched.pay(attempt);
  expect(logger.info).not.toHaveBeenCalled();
  await watched.find(attempt);
  answer = { kind: 'PAID', reference: 'tr_1' };
  await watched.pay(attempt);
  expect(logger.info).toHaveBeenCalledTimes(1);
});
