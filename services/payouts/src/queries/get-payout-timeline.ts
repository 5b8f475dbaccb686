import { type Caller, toCursor, versionAfter } from '@punctual/chassis';
import { type Database, readTimeline } from '@punctual/chassis/postgres';
import type { PageQuery, Timeline } from '@punctual/contracts';
import { assertVisible } from '../domain/access.ts';
import { payoutTimeline } from '../persistence/payout-aggregate.ts';
import { findPayout } from '../persistence/payouts.ts';

/**
 * Returns a page of a payout's timeline, oldest first, and the payout's version.
 * @throws DomainError `validation-failed` for a cursor of another list, `not-found`, also for
 * callers who may not see it
 */
export async function getPayoutTimeline(
  { database }: { database: Database },
  caller: Caller,
  { id, limit, cursor }: PageQuery & { id: string },
): Promise<{ timeline: Timeline; version: number }> {
  const after = versionAfter(id, cursor);
  const payout = await findPayout(database, { id });
  assertVisible(caller, payout);
  const found = await readTimeline(database, payoutTimeline, id, { after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = last && found.length > limit ? toCursor(id, last.version) : null;
  return { timeline: { items, nextCursor }, version: payout.version };
}
