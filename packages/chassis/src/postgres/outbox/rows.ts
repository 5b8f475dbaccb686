import type { LeaderSession } from './leader-session.ts';

export type OutboxRow = {
  id: string;
  aggregate_id: string;
  type: string;
  payload: string;
  traceparent: string | null;
};

/** A published row and its position in the stream. */
export type Acknowledged = { id: string; sequence: number };

/** Reads the oldest unpublished rows, except those of some aggregates, each aggregate in order. */
export function readUnpublished(
  session: LeaderSession,
  { except, limit }: { except: readonly string[]; limit: number },
): Promise<OutboxRow[]> {
  return session.query<OutboxRow>(
    `select id, aggregate_id, type, payload, traceparent from outbox
      where published_at is null and aggregate_id <> all($1::uuid[]) order by position limit $2`,
    [except, limit],
  );
}

export async function markPublished(session: LeaderSession, rows: readonly Acknowledged[]): Promise<void> {
  await session.query(
    `update outbox set published_at = clock_timestamp(), stream_sequence = acknowledged.sequence
      from unnest($1::uuid[], $2::bigint[]) as acknowledged (id, sequence) where outbox.id = acknowledged.id`,
    [rows.map(({ id }) => id), rows.map(({ sequence }) => sequence)],
  );
}
