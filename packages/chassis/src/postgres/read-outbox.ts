import type { EntityManager } from '@mikro-orm/postgresql';
import { EventType, type OutboxEvent } from '@punctual/contracts';

type Row = {
  id: string;
  type: string;
  aggregate_version: number;
  traceparent: string | null;
  created_at: string | Date;
  published_at: string | Date | null;
  stream_sequence: string | number | null;
};

/** The latest events that the outbox still holds of one aggregate, oldest first. What became of them at their consumers is not known here. */
export async function readOutbox(em: EntityManager, aggregateId: string, limit: number): Promise<OutboxEvent[]> {
  const rows = await em.execute<Row[]>(
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
