import { sequenceText } from '@punctual/contracts';
import type { TimelineTable } from '../command/timeline.ts';
import type { Queryable, Statement } from '../statement.ts';

/** A change of an aggregate that nobody has heard of yet. */
export type Unpublished = { id: string; aggregate_id: string; aggregate_version: number; payload: string };

/** The changes of locked aggregates that are not published, by aggregate, in order for each. */
export async function readUnpublishedOf(
  transaction: Queryable,
  aggregateIds: readonly string[],
): Promise<Map<string, Unpublished[]>> {
  const rows = await transaction.query<Unpublished>(
    `select id, aggregate_id, aggregate_version, payload from outbox
      where aggregate_id = any(?::uuid[]) and published_at is null order by aggregate_version`,
    [aggregateIds],
  );
  return Map.groupBy(rows, ({ aggregate_id }) => aggregate_id);
}

/** Where the versions of an aggregate are written: its timeline, and a field of its events' data. */
export type Versioned = { timeline: TimelineTable; timelineId: string; field: string };

/**
 * The statements that give the changes of one aggregate new versions from `first` on, in the outbox
 * and in the timeline. The highest moves first, so that none meets another.
 * @param changes in order
 */
export function renumber(changes: readonly Unpublished[], first: number, versioned: Versioned): Statement[] {
  return changes
    .map((change, index) => renumberOne(change, first + index, versioned))
    .toReversed()
    .flat();
}

function renumberOne(change: Unpublished, version: number, { timeline, timelineId, field }: Versioned): Statement[] {
  const event = JSON.parse(change.payload);
  const moved = { ...event, sequence: sequenceText(version), data: { ...event.data, [field]: version } };
  return [
    ['update outbox set aggregate_version = ?, payload = ? where id = ?', [version, JSON.stringify(moved), change.id]],
    [
      `update ${timeline.table} set version = ? where ${timeline.key} = ? and version = ?`,
      [version, timelineId, change.aggregate_version],
    ],
  ];
}
