import { describe, expect, test } from 'vitest';
import { Amount } from '../../domain/money.ts';
import { toStripeUnits } from './units.ts';

describe("an amount in Stripe's units", () => {
  test.each([
    [18_500, 'EUR', 18_500],
    [18_500, 'JPY', 18_500],
    [18_500, 'KWD', 18_500],
    [185, 'ISK', 18_500],
    [18_500, 'MGA', 185],
  ])('%d minor units of %s convert to %d', (amountMinor, currency, units) => {
    expect(toStripeUnits(Amount.parse({ amountMinor, currency }))).toBe(units);
  });

  test.each([
    [18_501, 'KWD'],
    [18_501, 'MGA'],
    [Number.MAX_SAFE_INTEGER, 'ISK'],
  ])('%d minor units of %s cannot be converted', (amountMinor, currency) => {
    expect(toStripeUnits(Amount.parse({ amountMinor, currency }))).toBeUndefined();
  });
});
