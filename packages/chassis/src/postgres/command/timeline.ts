import { TimelineItem } from '@punctual/contracts';
import { formatInstant } from '../../domain/format-instant.ts';
import type { Fields, Queryable } from '../statement.ts';

/** Where the timeline of an aggregate is: a table, and its column with the aggregate's id. */
export type TimelineTable = { table: string; key: string };

/** The fields of a timeline item that changed, as they were and as they became. */
export type ChangedFields = { before: Record<string, unknown>; after: Record<string, unknown> };

/**
 * Compares two states by the fields that a timeline shows. Of an aggregate that is created, all
 * fields are new.
 */
export function changedFields(before: Fields | undefined, after: Fields): ChangedFields {
  const changed: ChangedFields = { before: {}, after: {} };
  for (const [name, value] of Object.entries(after)) {
    const was = before?.[name];
    if (before && (was === value || JSON.stringify(was) === JSON.stringify(value))) continue;
    if (before) changed.before[name] = was;
    changed.after[name] = value;
  }
  return changed;
}

type Row = Omit<TimelineItem, 'at' | 'traceId'> & { trace_id: string | null; at: string };

const columns = 'version, type, actor, source, reason, before, after, trace_id, at';

/** The items that follow a version, oldest first. */
export async function readTimeline(
  database: Queryable,
  { table, key }: TimelineTable,
  id: string,
  { after, limit }: { after: number; limit: number },
): Promise<TimelineItem[]> {
  const rows = await database.query<Row>(
    `select ${columns} from ${table} where ${key} = ? and version > ? order by version limit ?`,
    [id, after, limit],
  );
  return rows.map(toItem);
}

/** The latest items, oldest first. */
export async function readLatestItems(
  database: Queryable,
  { table, key }: TimelineTable,
  id: string,
  limit: number,
): Promise<TimelineItem[]> {
  const rows = await database.query<Row>(
    `select ${columns} from ${table} where ${key} = ? order by version desc limit ?`,
    [id, limit],
  );
  return rows.toReversed().map(toItem);
}

function toItem({ trace_id, at, ...same }: Row): TimelineItem {
  const instant = formatInstant(Temporal.Instant.from(at));
  return TimelineItem.parse({ ...same, traceId: trace_id, at: instant });
}
