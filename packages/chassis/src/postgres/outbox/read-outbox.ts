import { EventType, type OutboxEvent } from '@punctual/contracts';
import type { Queryable } from '../statement.ts';

type Row = {
  id: string;
  type: string;
  aggregate_version: number;
  traceparent: string | null;
  created_at: string | Date;
  published_at: string | Date | null;
  stream_sequence: string | number | null;
};

/**
 * Reads the latest events of one aggregate that the outbox still has, oldest first. Their
 * consumers' progress is not known here.
 */
export async function readOutbox(database: Queryable, aggregateId: string, limit: number): Promise<OutboxEvent[]> {
  const rows = await database.query<Row>(
    `select id, type, aggregate_version, traceparent, created_at, published_at, stream_sequence from outbox
      where aggregate_id = ? order by aggregate_version desc limit ?`,
    [aggregateId, limit],
  );
  return rows.toReversed().map((row) => ({
    id: row.id,
    type: EventType.parse(row.type),
    version: row.aggregate_version,
    traceId: row.traceparent?.split('-')[1] ?? null,
    createdAt: toInstant(row.created_at),
    publishedAt: row.published_at && toInstant(row.published_at),
    streamSequence: row.stream_sequence === null ? null : Number(row.stream_sequence),
    consumers: [],
  }));
}

function toInstant(moment: string | Date): string {
  return new Date(moment).toISOString();
}
