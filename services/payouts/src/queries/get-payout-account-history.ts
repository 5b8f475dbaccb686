import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { PayoutAccountHistory } from '@punctual/contracts';
import { requireOverseer } from '../domain/access.ts';
import { readAccountHistory } from '../persistence/payout-accounts.ts';

/**
 * The latest confirmed changes of where a provider is paid to, newest first, for finance and ops.
 * @throws DomainError `forbidden`
 */
export async function getPayoutAccountHistory(
  { database }: { database: Database },
  caller: Caller,
  providerId: string,
): Promise<PayoutAccountHistory> {
  requireOverseer(caller);
  return { items: await readAccountHistory(database.fork(), providerId) };
}
