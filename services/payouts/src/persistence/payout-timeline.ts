import type { EntityManager } from '@mikro-orm/postgresql';
import { TimelineItem } from '@punctual/contracts';
import { PayoutTimelineRow } from './payout-timeline-row.ts';

/** The items of a payout, oldest first. */
export async function readTimeline(em: EntityManager, payoutId: string): Promise<TimelineItem[]> {
  const rows = await em.find(
    PayoutTimelineRow,
    { payoutId },
    { orderBy: { version: 'asc' }, disableIdentityMap: true },
  );
  return rows.map(({ version, type, actor, source, reason, before, after, traceId, at }) =>
    TimelineItem.parse({ version, type, actor, source, reason, before, after, traceId, at: at.toISOString() }),
  );
}
