import type { Caller } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import type { Database } from '@punctual/chassis/postgres';
import type { PayoutAccount } from '@punctual/contracts';
import { findAccount } from '../persistence/payout-accounts.ts';

/**
 * Returns a provider's payout account, for finance and the provider.
 * @throws DomainError `not-found`, also for callers who may not see it
 */
export async function getPayoutAccount(
  { database }: { database: Database },
  { id, roles }: Caller,
  providerId: string,
): Promise<PayoutAccount> {
  const maySee = roles.includes('finance') || (roles.includes('provider') && id === providerId);
  const account = maySee ? await findAccount(database, providerId) : undefined;
  if (!account || (account.version === 0 && account.pending === null))
    throw new DomainError('not-found', 'Payout account not found.');
  return account;
}
