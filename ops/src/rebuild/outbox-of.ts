import { parsePostgresUrl, SessionClient } from '@punctual/chassis';

/** The outbox of a service, as its rebuild needs it. */
export type Outbox = {
  /** Notes that these events are on the stream. */
  noteOnStream(ids: readonly string[]): Promise<void>;
  /** How many published rows are not on the stream, and of when the oldest is. */
  countLost(): Promise<{ lost: number; oldest: Date | null }>;
  /** Marks those as unpublished, all at once, so that the relay publishes each aggregate's in order, before anything newer. */
  markLost(): Promise<number>;
  /** How many of the rows that were there then still wait to be published. */
  countWaiting(): Promise<number>;
  close(): Promise<void>;
};

/**
 * Opens it over one connection, which keeps a list of what is on the stream in a temporary table: a stream may hold more than fits
 * in memory.
 */
export async function openOutbox(databaseUrl: string): Promise<Outbox> {
  const client = new SessionClient(urlOf(databaseUrl), { applicationName: 'ops rebuild-stream' });
  await client.connect().catch((error: unknown) => {
    throw new Error(`The database of the outbox cannot be reached: ${error instanceof Error ? error.message : error}`);
  });
  if (client.isShared) {
    await client.end();
    throw new Error(
      'The database of the outbox is behind a pooler, which keeps no temporary tables. Give the URL past it.',
    );
  }
  await client.query('create temporary table on_stream (id uuid primary key)');
  // What comes in meanwhile may be on the stream by the time that its ids have been read: it is none of what was lost.
  await client.query('create temporary table opened as select clock_timestamp() as at');
  const lost = `published_at is not null and created_at <= (select at from opened)
    and not exists (select from on_stream where on_stream.id = outbox.id)`;
  return {
    noteOnStream: async (ids) => {
      await client.query('insert into on_stream select unnest($1::uuid[]) on conflict do nothing', [ids]);
    },
    countLost: async () => {
      const { rows } = await client.query<{ count: string; oldest: Date | null }>(
        `select count(*), min(created_at) as oldest from outbox where ${lost}`,
      );
      return { lost: Number(rows[0]?.count), oldest: rows[0]?.oldest ?? null };
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

function urlOf(text: string) {
  try {
    return parsePostgresUrl(text);
  } catch (error) {
    throw new Error(`The URL of the outbox's database ${error instanceof Error ? error.message : error}.`);
  }
}
