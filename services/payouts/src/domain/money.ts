import { Money } from '@punctual/contracts';

/**
 * Whole minor units of a currency. A result of arithmetic is a plain number, and only this schema
 * makes it an amount again. It refuses fractions and numbers too large to be exact.
 */
export const Amount = Money.extend({ amountMinor: Money.shape.amountMinor.brand<'MinorUnits'>() });
export type Amount = ReturnType<typeof Amount.parse>;

/**
 * The minor units of currencies that have not two, by ISO 4217 list one of 2024-06-25 (its XML, as
 * the npm package currency-codes 2.2.0 has it; all 179 codes were compared, and the 13 without one,
 * such as gold, count as two). Not from `Intl`, whose digits follow CLDR: it shows none for HUF or
 * IQD, which have two and three.
 */
const exponents: Readonly<Record<string, number>> = {
  ...of(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...of(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...of(4, 'CLF UYW'),
};

/** How many digits of an amount come after the point. */
export function exponentOf(currency: string): number {
  return exponents[currency] ?? 2;
}

/**
 * `185.00` of 18500 EUR, `18500` of as many JPY, `18.500` of as many KWD; made of digits, never of
 * a fraction.
 */
export function majorUnits({ amountMinor, currency }: Amount): string {
  const exponent = exponentOf(currency);
  if (exponent === 0) return String(amountMinor);
  const digits = String(amountMinor).padStart(exponent + 1, '0');
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

function of(exponent: number, currencies: string): Record<string, number> {
  return Object.fromEntries(currencies.split(' ').map((currency) => [currency, exponent]));
}
