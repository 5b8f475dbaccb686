import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type * as contract from '@punctual/contracts';
import { assertVisible } from '../domain/access.ts';
import { presentPayout } from '../domain/present.ts';
import { findPayout, type PayoutKey } from '../persistence/payouts.ts';

/**
 * Returns a payout, by its own id or by its assignment's.
 * @throws DomainError `not-found`, also for callers who may not see it
 */
export async function getPayout(
  { database }: { database: Database },
  caller: Caller,
  key: PayoutKey,
): Promise<contract.Payout> {
  const payout = await findPayout(database, key);
  assertVisible(caller, payout);
  return presentPayout(payout);
}
