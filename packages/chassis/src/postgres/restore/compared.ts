import type { LeaderSession } from '../outbox/leader-session.ts';

/**
 * Where the database is. It changes when the database is made again from a backup, and when its
 * server starts or another one takes over.
 */
const place = `concat_ws(' ', (select oid from pg_database where datname = current_database()),
  'restore'::regclass::oid, extract(epoch from pg_postmaster_start_time()))`;

/**
 * A condition: the database was compared with its stream since it is where it is, and is not older.
 * For what cannot be undone, such as a payment.
 */
export const isCompared = `(exists (select from database_identity where compared_in = ${place})
  and not exists (select from restore))`;

/** Notes that it was compared. */
export async function noteCompared(session: LeaderSession): Promise<void> {
  await session.query(
    `update database_identity set compared_in = ${place} where compared_in is distinct from ${place}`,
  );
}
