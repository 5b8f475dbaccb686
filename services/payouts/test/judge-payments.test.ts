import { expect, test } from 'vitest';
import type { MovedTransfer } from './faulty-stripe.ts';
import { type BookedPayout, judgePayments } from './judge-payments.ts';

const booked = (how: Partial<BookedPayout>): BookedPayout => ({
  ...{ id: 'p', status: 'PAID', amountMinor: 100, reference: 'tr_1', blockedBecause: null, hasOpenAttempt: false },
  ...how,
});
const unknown = { status: 'BLOCKED', reference: null, blockedBecause: 'unknown payment result: no answer' };
const refused = { status: 'BLOCKED', reference: null, blockedBecause: 'payment refused: x' };
const transfer = (how: Partial<MovedTransfer> = {}): MovedTransfer => ({
  ...{ id: 'tr_1', object: 'transfer', amount: 100, currency: 'eur', destination: 'acct_1', transfer_group: 'p' },
  ...{ metadata: {}, created: 0, reversed: false, amount_reversed: 0 },
  ...how,
});

test.each([
  ['paid by its transfer', booked({}), [transfer()]],
  ['unknown, and moved', booked({ ...unknown, hasOpenAttempt: true }), [transfer()]],
  ['unknown, and not moved', booked({ ...unknown, hasOpenAttempt: true }), []],
  ['refused', booked(refused), []],
])('the drill accepts a payout that is %s', (_case, payout, moved) => {
  expect(judgePayments([payout], moved)).toMatchObject({ paidTwice: [], lost: [] });
});

test.each([
  ['paid without a transfer', booked({}), [], { lost: ['p'] }],
  ['paid by another transfer', booked({}), [transfer({ id: 'tr_2' })], { lost: ['p'] }],
  ['paid by another amount', booked({}), [transfer({ amount: 99 })], { lost: ['p'] }],
  ['paid twice', booked({}), [transfer(), transfer({ id: 'tr_2' })], { paidTwice: ['p'] }],
  [
    'unknown and paid twice',
    booked({ ...unknown, hasOpenAttempt: true }),
    [transfer(), transfer()],
    { paidTwice: ['p'] },
  ],
  ['unknown without an attempt to look up', booked(unknown), [], { lost: ['p'] }],
  ['refused although it moved', booked(refused), [transfer()], { lost: ['p'] }],
  ['still approved', booked({ status: 'APPROVED', reference: null }), [], { lost: ['p'] }],
])('the drill reports a payout that is %s', (_case, payout, moved, verdict) => {
  expect(judgePayments([payout], moved)).toMatchObject(verdict);
});
