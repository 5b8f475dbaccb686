import { reasonOf } from '@punctual/chassis';
import { parsePostgresUrl, SessionClient } from '@punctual/chassis/postgres-client';

/** A service's outbox, for rebuilding its stream. */
export type Outbox = {
  /** Records that these events are on the stream. */
  addOnStream(ids: readonly string[]): Promise<void>;
  /** Counts the published rows that are not on the stream, with the time of the oldest. */
  countLost(): Promise<{ lost: number; oldest: Temporal.Instant | null }>;
  /** The oldest of them, at most this many. */
  listLost(most: number): Promise<LostEvent[]>;
  /**
   * Marks them as unpublished, so that the relay publishes them in order, before newer events of
   * each aggregate.
   */
  markLost(): Promise<number>;
  /** Counts the unpublished rows among those that existed when this was opened. */
  countWaiting(): Promise<number>;
  close(): Promise<void>;
};

/** An event that was published and is not on its stream. */
export type LostEvent = { id: string; type: string; aggregateId: string; version: number; createdAt: Temporal.Instant };

/**
 * Opens an outbox over one connection. A temporary table holds the ids on the stream, which may be
 * too many for memory.
 */
export async function openOutbox(databaseUrl: string): Promise<Outbox> {
  const client = new SessionClient(urlOf(databaseUrl), { applicationName: 'ops rebuild-stream' });
  await client.connect().catch((error: unknown) => {
    throw new Error(`Cannot reach the outbox's database: ${reasonOf(error)}`);
  });
  if (client.isShared) {
    await client.end();
    throw new Error(
      "The outbox's database is behind a pooler, which keeps no temporary tables. Set the URL that bypasses it.",
    );
  }
  await client.query('create temporary table on_stream (id uuid primary key)');
  // Events after this moment may reach the stream while its ids are read; they are not lost.
  await client.query('create temporary table opened as select clock_timestamp() as at');
  const lost = `published_at is not null and created_at <= (select at from opened)
    and not exists (select from on_stream where on_stream.id = outbox.id)`;
  return {
    addOnStream: async (ids) => {
      await client.query('insert into on_stream select unnest($1::uuid[]) on conflict do nothing', [ids]);
    },
    countLost: async () => {
      const { rows } = await client.query<{ count: string; oldest: Date | null }>(
        `select count(*), min(created_at) as oldest from outbox where ${lost}`,
      );
      const { count, oldest = null } = rows[0] ?? {};
      return { lost: Number(count), oldest: oldest && Temporal.Instant.fromEpochMilliseconds(oldest.getTime()) };
    },
    listLost: async (most) => {
      const { rows } = await client.query<LostRow>(
        `select id, type, aggregate_id, aggregate_version, created_at from outbox where ${lost} order by position limit $1`,
        [most],
      );
      return rows.map(toLostEvent);
    },
    markLost: async () => {
      const { rowCount } = await client.query(
        `update outbox set published_at = null, stream_sequence = null where ${lost}`,
      );
      return rowCount ?? 0;
    },
    countWaiting: async () => {
      const { rows } = await client.query<{ count: string }>(
        'select count(*) from outbox where published_at is null and created_at <= (select at from opened)',
      );
      return Number(rows[0]?.count);
    },
    close: () => client.end(),
  };
}

type LostRow = { id: string; type: string; aggregate_id: string; aggregate_version: number; created_at: Date };

function toLostEvent({ id, type, aggregate_id: aggregateId, aggregate_version: version, created_at }: LostRow) {
  return { id, type, aggregateId, version, createdAt: Temporal.Instant.fromEpochMilliseconds(created_at.getTime()) };
}

function urlOf(text: string) {
  try {
    return parsePostgresUrl(text);
  } catch (error) {
    throw new Error(`The URL of the outbox's database ${reasonOf(error)}.`);
  }
}
