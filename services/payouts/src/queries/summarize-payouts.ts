import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { PayoutSummary, SummarizePayoutsQuery } from '@punctual/contracts';
import { assertMayList } from '../domain/access.ts';
import { readSums } from '../persistence/payout-sums.ts';

/**
 * Returns the number and sum of payouts by currency and status: of a provider's own, or for finance
 * and ops of one provider or all.
 * @throws DomainError `forbidden`
 */
export async function summarizePayouts(
  { database }: { database: Database },
  caller: Caller,
  { providerId }: SummarizePayoutsQuery,
): Promise<PayoutSummary> {
  const sums = await readSums(database, assertMayList(caller, providerId));
  const items = sums.map(({ currency, status, count, amount_minor }) => ({
    ...{ currency, status, count: Number(count), amountMinor: exactly(amount_minor) },
  }));
  return { items };
}

declare global {
  interface JSON {
    /** Makes a value that `JSON.stringify` writes as it is. */
    rawJSON(text: string): object;
  }
}

/** The number as JSON writes it, digit by digit where a number would be rounded. */
function exactly(digits: string): number {
  const rounded = Number(digits);
  return Number.isSafeInteger(rounded) ? rounded : (JSON.rawJSON(digits) as unknown as number);
}
