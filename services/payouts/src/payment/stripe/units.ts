import { type Amount, exponentOf } from '../../domain/money.ts';

/** Currencies whose unit at Stripe is not that of ISO 4217 (docs.stripe.com/currencies). */
const exponents: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };

/**
 * Converts an amount to Stripe's smallest unit. Returns undefined for an amount that Stripe cannot
 * transfer exactly: a fraction of its unit, three decimals that do not end in 0, or a number too
 * large to be exact.
 */
export function toStripeUnits({ amountMinor, currency }: Amount): number | undefined {
  const exponent = exponentOf(currency);
  const shift = (exponents[currency] ?? exponent) - exponent;
  const digits = String(amountMinor);
  const isWhole = shift >= 0 || /^0+$/.test(digits.slice(shift));
  if (!isWhole || (exponent === 3 && !digits.endsWith('0'))) return undefined;
  const units = Number(shift >= 0 ? digits + '0'.repeat(shift) : digits.slice(0, shift));
  return units >= 1 && Number.isSafeInteger(units) ? units : undefined;
}
