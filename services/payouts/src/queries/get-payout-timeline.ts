import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { Timeline } from '@punctual/contracts';
import { requireSight } from '../domain/access.ts';
import { readTimeline } from '../persistence/payout-timeline.ts';
import { findPayout } from '../persistence/payouts.ts';

/**
 * All that happened to a payout, oldest first.
 * @throws DomainError `not-found`, also for who may not know of it
 */
export async function getPayoutTimeline(
  { database }: { database: Database },
  caller: Caller,
  id: string,
): Promise<{ timeline: Timeline; version: number }> {
  const em = database.fork();
  const payout = await findPayout(em, { id });
  requireSight(caller, payout);
  return { timeline: { items: await readTimeline(em, id) }, version: payout.version };
}
