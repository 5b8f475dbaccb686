import type { Database } from '../database.ts';
import type { Queryable } from '../statement.ts';
import { type ErasureTarget, eraseBatch, isFull, waitForReaders } from './target.ts';

type Unfinished = { person_id: string; number: number };

/**
 * Carries out the recorded erasures that are not finished, oldest first, in small transactions. It
 * can be stopped and started again, and run in several instances at once: erased texts are not
 * found again.
 * @param targets in order: first the tables that texts are copied from, so that no command copies
 * one
 *   that the erasure then misses
 */
export async function erasePeople(
  database: Database,
  targets: readonly ErasureTarget[],
  signal: AbortSignal,
): Promise<void> {
  const unfinished = await database.query<Unfinished>(
    'select person_id, number from erasure where finished_at is null order by at',
  );
  for (const erasure of unfinished) {
    for (const target of targets) {
      await waitForReaders(database, target, erasure.person_id);
      for (let count = Number.POSITIVE_INFINITY; count > 0 && !signal.aborted; ) {
        count = await eraseSome(database, erasure, target);
        if (!isFull(count)) break;
      }
    }
    if (!signal.aborted) await finish(database, erasure);
  }
}

/** Counts in the same transaction, so that the record is right whatever happens. */
function eraseSome(database: Database, erasure: Unfinished, target: ErasureTarget): Promise<number> {
  return database.transaction(async (transaction) => {
    // Instances that work on the same erasure take turns.
    if (!(await lockUnfinished(transaction, erasure))) return 0;
    const count = await eraseBatch(transaction, target, erasure.person_id);
    await transaction.query(
      `update erasure set counts = counts || jsonb_build_object(?::text, coalesce((counts ->> ?::text)::int, 0) + ?::int)
        where person_id = ? and number = ?`,
      [target.table, target.table, count, erasure.person_id, erasure.number],
    );
    return count;
  });
}

async function lockUnfinished(transaction: Queryable, { person_id, number }: Unfinished): Promise<boolean> {
  const rows = await transaction.query(
    'select from erasure where person_id = ? and number = ? and finished_at is null for update',
    [person_id, number],
  );
  return rows.length > 0;
}

async function finish(database: Database, { person_id, number }: Unfinished): Promise<void> {
  await database.query(
    `update erasure set finished_at = clock_timestamp() where person_id = ? and number = ? and finished_at is null`,
    [person_id, number],
  );
}
