import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type * as contract from '@punctual/contracts';
import { requireSight } from '../domain/access.ts';
import { presentPayout } from '../domain/present.ts';
import { findPayout, type PayoutKey } from '../persistence/payouts.ts';

/**
 * One payout, by its own id or by its assignment's.
 * @throws DomainError `not-found`, also for who may not know of it
 */
export async function getPayout(
  { database }: { database: Database },
  caller: Caller,
  key: PayoutKey,
): Promise<contract.Payout> {
  const payout = await findPayout(database.fork(), key);
  requireSight(caller, payout);
  return presentPayout(payout);
}
