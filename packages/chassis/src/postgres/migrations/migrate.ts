import type { Migration } from '@mikro-orm/migrations';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { giveWay, lockTimeoutMs } from './give-way.ts';
import { type AssertLocked, tryWithLock, withLock } from './lock.ts';
import { runStatement } from './run-statement.ts';

export type MigrationClass = new (...parameters: ConstructorParameters<typeof Migration>) => Migration;

export type MigrationRun = {
  orm: MikroORM;
  /** The pool of the mapper. */
  pool: Pool;
  migrations: readonly MigrationClass[];
  signal: AbortSignal;
};

/**
 * Runs what must be there before the service starts, in one instance at a time: the others wait,
 * then have nothing to do. An empty database gets everything, so that it is complete at once.
 * @returns whether nothing is left for {@link migrateInBackground}
 */
export async function migrateBeforeStart(run: MigrationRun): Promise<boolean> {
  return withLock(run.pool, run.signal, async (assertLocked) => {
    const isEmpty = (await run.orm.migrator.getExecuted()).length === 0;
    for (const migration of await pending(run)) {
      if (migration.isTransactional()) await runWhole(run, migration);
      else if (isEmpty) await runPieces(run, migration, assertLocked);
    }
    return (await pending(run)).length === 0;
  });
}

/**
 * Runs the background migrations in order, in one instance at a time.
 * @returns whether all have run; false while another instance runs them
 */
export async function migrateInBackground(run: MigrationRun): Promise<boolean> {
  const done = await tryWithLock(run.pool, 'background migrations', async (assertLocked) => {
    for (const migration of await pending(run)) await runPieces(run, migration, assertLocked);
  });
  return done !== undefined;
}

/** In their order. */
async function pending({ orm, migrations }: MigrationRun): Promise<Migration[]> {
  const names = new Set((await orm.migrator.getPending()).map(({ name }) => name));
  return migrations
    .map((each) => new each(orm.em.getDriver(), orm.config))
    .filter((migration) => names.has(nameOf(migration)));
}

const nameOf = (migration: Migration) => migration.name ?? migration.constructor.name;

async function runWhole({ orm, signal }: MigrationRun, migration: Migration): Promise<void> {
  const connection = orm.em.getConnection();
  await giveWay(signal, () =>
    connection.transactional(async (transaction) => {
      await connection.execute(`set local lock_timeout = ${lockTimeoutMs}`, [], 'run', transaction);
      await orm.migrator.up({ transaction, migrations: [nameOf(migration)] });
    }),
  );
}

async function runPieces(
  { orm, pool, signal }: MigrationRun,
  migration: Migration,
  assertLocked: AssertLocked,
): Promise<void> {
  await migration.up();
  for (const statement of migration.getQueries()) await runStatement({ pool, signal, assertLocked }, String(statement));
  await orm.migrator.logMigration(nameOf(migration));
}
