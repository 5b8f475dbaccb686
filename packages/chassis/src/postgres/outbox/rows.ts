import type { Stored } from '../../nats/lost-events.ts';
import type { LeaderSession } from './leader-session.ts';

export type OutboxRow = {
  id: string;
  aggregate_id: string;
  type: string;
  payload: string;
  traceparent: string | null;
};

/** Reads the oldest unpublished rows, except those of some aggregates, each aggregate in order. */
export function readUnpublished(
  session: LeaderSession,
  { except, limit }: { except: readonly string[]; limit: number },
): Promise<OutboxRow[]> {
  return session.query<OutboxRow>(
    `select id, aggregate_id, type, payload, traceparent from outbox
      where published_at is null and aggregate_id <> all($1::uuid[]) order by position limit $2`,
    [except, limit],
    'unpublished',
  );
}

export async function markPublished(session: LeaderSession, rows: readonly Stored[]): Promise<void> {
  await session.query(
    `update outbox set published_at = clock_timestamp(), stream_sequence = acknowledged.sequence
      from unnest($1::uuid[], $2::bigint[]) as acknowledged (id, sequence) where outbox.id = acknowledged.id`,
    [rows.map(({ id }) => id), rows.map(({ sequence }) => sequence)],
    'published',
  );
}

const firstPage = 10;
const pageSize = 1_000;

/**
 * Reads the published rows with their sequences, highest first, page by page. The first page is
 * small: usually it is enough.
 */
export async function* readPublished(session: LeaderSession): AsyncGenerator<Stored[]> {
  for (let limit = firstPage, last: Stored | undefined; ; limit = pageSize) {
    const rows = await session.query<{ id: string; sequence: string }>(
      `select id, stream_sequence as sequence from outbox
        where published_at is not null and stream_sequence is not null
          and ($1::bigint is null or (stream_sequence, id) < ($1, $2::uuid))
        order by stream_sequence desc, id desc limit $3`,
      [last?.sequence, last?.id, limit],
    );
    const page = rows.map(({ id, sequence }) => ({ id, sequence: Number(sequence) }));
    if (page.length > 0) yield page;
    if (page.length < limit) return;
    last = page.at(-1);
  }
}

/** Marks rows as unpublished, so that they are published again before newer ones of their aggregates. */
export async function markUnpublished(session: LeaderSession, rows: readonly Stored[]): Promise<void> {
  await session.query('update outbox set published_at = null, stream_sequence = null where id = any($1::uuid[])', [
    rows.map(({ id }) => id),
  ]);
}
