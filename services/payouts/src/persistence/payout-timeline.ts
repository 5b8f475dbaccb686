import type { InferEntity } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { TimelineItem } from '@punctual/contracts';
import { PayoutTimelineRow } from './payout-timeline-row.ts';

const readOnly = { disableIdentityMap: true } as const;

/** The items of a payout that follow a version, oldest first. */
export async function readTimeline(
  em: EntityManager,
  payoutId: string,
  { after, limit }: { after: number; limit: number },
): Promise<TimelineItem[]> {
  const where = { payoutId, version: { $gt: after } };
  const rows = await em.find(PayoutTimelineRow, where, { ...readOnly, orderBy: { version: 'asc' }, limit });
  return rows.map(toItem);
}

/** The latest items of a payout, oldest first. */
export async function readLatestItems(em: EntityManager, payoutId: string, limit: number): Promise<TimelineItem[]> {
  const rows = await em.find(PayoutTimelineRow, { payoutId }, { ...readOnly, orderBy: { version: 'desc' }, limit });
  return rows.toReversed().map(toItem);
}

function toItem(row: InferEntity<typeof PayoutTimelineRow>): TimelineItem {
  const { version, type, actor, source, reason, before, after, traceId, at } = row;
  return TimelineItem.parse({ version, type, actor, source, reason, before, after, traceId, at: at.toISOString() });
}
