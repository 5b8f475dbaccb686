import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from './database.ts';

/**
 * Runs `work` in one transaction: all that it writes, or nothing.
 *
 * Not by `em.transactional`, which in MikroORM 7.2 never gives a connection back to the pool when it breaks within a
 * transaction: a database that restarts ten times under load would leave the service with no connection at all.
 */
export async function inTransaction<T>(database: Database, work: (em: EntityManager) => Promise<T>): Promise<T> {
  const em = database.fork();
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
