import type { Money } from '@punctual/contracts';

/** An amount for reading, with the decimals of its currency: `EUR 1,240.00`. */
export function formatMoney({ amountMinor, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return format.format(amountMinor / 10 ** digits).replaceAll('\u00a0', ' ');
}
