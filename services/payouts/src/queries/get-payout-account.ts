import type { Caller } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import type { Database } from '@punctual/chassis/postgres';
import type { PayoutAccount } from '@punctual/contracts';
import { findAccount } from '../persistence/payout-accounts.ts';

/**
 * Where a provider is paid to, for finance and themselves.
 * @throws DomainError `not-found`, also for who may not know of it
 */
export async function getPayoutAccount(
  { database }: { database: Database },
  { id, roles }: Caller,
  providerId: string,
): Promise<PayoutAccount> {
  const maySee = roles.includes('finance') || (roles.includes('provider') && id === providerId);
  const account = maySee ? await findAccount(database.fork(), providerId) : undefined;
  if (!account || (account.version === 0 && account.pending === null))
    throw new DomainError('not-found', 'There is no such payout account.');
  return account;
}
