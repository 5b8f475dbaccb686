import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../database.ts';
import { inTransaction } from '../transaction.ts';
import { eraseBatch, isFull, type Place } from './place.ts';

type Unfinished = { person_id: string; number: number };

/**
 * Carries out the erasures that are recorded and not finished, oldest first, in small transactions. May be broken off and begun again,
 * and run in several instances at once: what is erased is not found again.
 * @param places in order: first where texts are copied from, so that no command copies one behind the erasure's back
 */
export async function erasePeople(database: Database, places: readonly Place[], signal: AbortSignal): Promise<void> {
  const unfinished = await database
    .fork()
    .execute<Unfinished[]>('select person_id, number from erasure where finished_at is null order by at');
  for (const erasure of unfinished) {
    for (const place of places) {
      for (let count = Number.POSITIVE_INFINITY; count > 0 && !signal.aborted; ) {
        count = await eraseSome(database, erasure, place);
        if (!isFull(count)) break;
      }
    }
    if (!signal.aborted) await finish(database, erasure);
  }
}

/** Counts in the same transaction, so that the record says what was done whatever happens. */
function eraseSome(database: Database, erasure: Unfinished, place: Place): Promise<number> {
  return inTransaction(database, async (em) => {
    // Instances that work on the same erasure take turns.
    if (!(await lockUnfinished(em, erasure))) return 0;
    const count = await eraseBatch(em, place, erasure.person_id);
    await em.execute(
      `update erasure set counts = counts || jsonb_build_object(?::text, coalesce((counts ->> ?)::int, 0) + ?)
        where person_id = ? and number = ?`,
      [place.table, place.table, count, erasure.person_id, erasure.number],
    );
    return count;
  });
}

async function lockUnfinished(em: EntityManager, { person_id, number }: Unfinished): Promise<boolean> {
  const rows = await em.execute(
    'select from erasure where person_id = ? and number = ? and finished_at is null for update',
    [person_id, number],
  );
  return rows.length > 0;
}

async function finish(database: Database, { person_id, number }: Unfinished): Promise<void> {
  await database
    .fork()
    .execute(
      `update erasure set finished_at = clock_timestamp() where person_id = ? and number = ? and finished_at is null`,
      [person_id, number],
    );
}
