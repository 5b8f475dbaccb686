import { type Caller, toCursor, versionAfter } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { PageQuery, Timeline } from '@punctual/contracts';
import { requireSight } from '../domain/access.ts';
import { readTimeline } from '../persistence/payout-timeline.ts';
import { findPayout } from '../persistence/payouts.ts';

/**
 * A page of what happened to a payout, oldest first, and its version.
 * @throws DomainError `validation-failed` for a cursor of another list, `not-found`, also for who may not know of it
 */
export async function getPayoutTimeline(
  { database }: { database: Database },
  caller: Caller,
  { id, limit, cursor }: PageQuery & { id: string },
): Promise<{ timeline: Timeline; version: number }> {
  const after = versionAfter(id, cursor);
  const em = database.fork();
  const payout = await findPayout(em, { id });
  requireSight(caller, payout);
  const found = await readTimeline(em, id, { after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = last && found.length > limit ? toCursor(id, last.version) : null;
  return { timeline: { items, nextCursor }, version: payout.version };
}
