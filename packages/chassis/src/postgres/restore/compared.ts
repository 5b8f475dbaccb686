import type { LeaderSession } from '../outbox/leader-session.ts';
import { placeOf } from '../place.ts';

const place = placeOf('restore');

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
