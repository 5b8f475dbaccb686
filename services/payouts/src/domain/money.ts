import { DomainError } from '@punctual/chassis/domain';
import { Money } from '@punctual/contracts';

/**
 * Whole minor units of a currency. Nothing else is an amount here: what is worked out of one is a plain number, and is not taken for an
 * amount again without this schema, which refuses fractions and what is too large to be counted exactly.
 */
export const Amount = Money.extend({ amountMinor: Money.shape.amountMinor.brand<'MinorUnits'>() });
export type Amount = ReturnType<typeof Amount.parse>;

/**
 * The minor units of currencies that have not two, by ISO 4217 list one of 2024-06-25 (its XML, as the npm package currency-codes 2.2.0
 * has it; all 179 codes were compared, and the 13 without one, such as gold, count as two). Not from `Intl`, whose digits follow CLDR:
 * it shows none for HUF or IQD, which have two and three.
 */
const exponents: Readonly<Record<string, number>> = {
  ...of(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...of(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...of(4, 'CLF UYW'),
};

/** What the payment provider counts in, where it is not what ISO 4217 has (docs.stripe.com/currencies, special cases). */
const stripeExponents: Readonly<Record<string, number>> = { ...of(2, 'ISK UGX'), ...of(0, 'MGA') };

/** How many digits of an amount come after the point. */
export function exponentOf(currency: string): number {
  return exponents[currency] ?? 2;
}

/** `185.00` of 18500 EUR, `18500` of as many JPY, `18.500` of as many KWD; made of digits, never of a fraction. */
export function majorUnits({ amountMinor, currency }: Amount): string {
  const exponent = exponentOf(currency);
  if (exponent === 0) return String(amountMinor);
  const digits = String(amountMinor).padStart(exponent + 1, '0');
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * The same amount in Stripe's smallest units.
 * @throws DomainError when Stripe cannot move it: a part of its unit, three decimals that do not end in 0, or too large to count
 */
export function toStripeAmount(money: Amount): number {
  const { amountMinor, currency } = money;
  const shift = (stripeExponents[currency] ?? exponentOf(currency)) - exponentOf(currency);
  const digits = String(amountMinor);
  const wanted = shift >= 0 ? digits + '0'.repeat(shift) : digits.slice(0, shift);
  const isWhole = shift >= 0 || /^0+$/.test(digits.slice(shift));
  const amount = Number(wanted);
  if (
    !isWhole ||
    amount < 1 ||
    !Number.isSafeInteger(amount) ||
    (exponentOf(currency) === 3 && !digits.endsWith('0'))
  ) {
    throw new DomainError('invalid-transition', `Stripe cannot move ${majorUnits(money)} ${currency} exactly.`);
  }
  return amount;
}

function of(exponent: number, currencies: string): Record<string, number> {
  return Object.fromEntries(currencies.split(' ').map((currency) => [currency, exponent]));
}
