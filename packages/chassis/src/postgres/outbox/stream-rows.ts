import type { LeaderSession } from './leader-session.ts';

/** What the database knows about the stream of its outbox. */
export type KnownStream = {
  /** The identity of the stream that the sequences are of; undefined before the first comparison. */
  createdAt: number | undefined;
  /** Whether published rows can be read by sequence: an index for that is built after the start. */
  isIndexed: boolean;
};

export async function readKnownStream(session: LeaderSession, name: string): Promise<KnownStream> {
  const [row] = await session.query<{ created_at: Date | null; is_indexed: boolean | null }>(
    `select (select created_at from outbox_stream where name = $1),
        (select indisvalid from pg_index where indexrelid = to_regclass('outbox_stream_sequence')) as is_indexed`,
    [name],
  );
  return { createdAt: row?.created_at?.getTime(), isIndexed: row?.is_indexed === true };
}

export async function rememberStream(session: LeaderSession, name: string, createdAt: number): Promise<void> {
  await session.query(
    `insert into outbox_stream (name, created_at) values ($1, $2)
      on conflict (name) do update set created_at = excluded.created_at`,
    [name, new Date(createdAt)],
  );
}
