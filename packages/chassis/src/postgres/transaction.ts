import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from './database.ts';

/** Errors that {@link inTransaction} retries. */
const passing = new Map([
  ['40001', 'serialization failure'],
  ['40P01', 'deadlock'],
  ['23505', 'someone else has just inserted the same key'],
  ['23P01', 'someone else has just taken what must not overlap'],
]);
const tries = 6;

/**
 * Runs `work` in one transaction: all of its writes, or none. After a conflict with another
 * transaction it runs again, on the state that the other one left; `attempt` counts from 1.
 */
export async function inTransaction<T>(
  database: Pick<Database, 'fork'>,
  work: (em: EntityManager, attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(database.fork(), (em) => work(em, attempt));
    } catch (error) {
      const state = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (attempt === tries || !passing.has(state)) throw error;
      // Uneven, so that rivals do not meet again.
      await delay(Math.random() * 5 * 2 ** attempt);
    }
  }
}

/** SQL with `?` for each parameter, as `em.execute` takes them. */
export type Statement = readonly [sql: string, parameters: readonly unknown[]];

/**
 * Sends the last writes of a transaction and its commit in one round trip; nothing may follow
 * within {@link inTransaction}. When a write fails, nothing is committed, and its error is thrown.
 */
export async function commitWith(em: EntityManager, writes: readonly Statement[]): Promise<void> {
  const sql = [...writes.map(([sql]) => sql), 'commit'].join('; ');
  await em.execute(
    sql,
    writes.flatMap(([, parameters]) => parameters),
  );
}

/**
 * Not by `em.transactional`, which in MikroORM 7.2 never gives a connection back to the pool when
 * it breaks within a transaction: a database that restarts ten times under load would leave the
 * service with no connection at all.
 */
async function runOnce<T>(em: EntityManager, work: (em: EntityManager) => Promise<T>): Promise<T> {
  let cause: unknown;
  try {
    return await em
      .getKysely()
      .transaction()
      .execute(async (transaction) => {
        em.setTransactionContext(transaction);
        return await work(em).catch((error: unknown) => {
          cause = error;
          throw error;
        });
      });
  } catch (error) {
    // On a broken connection the rollback fails as well, and would hide why.
    throw cause ?? error;
  }
}
