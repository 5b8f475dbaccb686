import { type Migration, Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM, type Options } from '@mikro-orm/postgresql';
import type { HealthCheck } from '../http/health.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { TransactionClient } from './transaction-client.ts';

export type Database = {
  /** An EntityManager of its own for one request, message or run of a job. */
  fork(): EntityManager;
  /** One statement outside of a transaction, without the mapper: each connection plans it once. For what is read most (ADR 0009). */
  read<Row extends object>(statement: Prepared): Promise<Row[]>;
  check: HealthCheck;
};

/** SQL with `$1`… for each parameter, and a name that nothing else has. */
export type Prepared = { name: string; text: string; values: unknown[] };

export type DatabaseDeps = {
  url: string;
  poolSize: number;
  entities: NonNullable<Options['entities']>;
  /** In the order in which they run. */
  migrations: readonly (new (
    ...parameters: ConstructorParameters<typeof Migration>
  ) => Migration)[];
  lifecycle: Lifecycle;
};

/** Connects, and brings the schema up to date before anything else may happen. */
export async function openDatabase({
  url,
  poolSize,
  entities,
  migrations,
  lifecycle,
}: DatabaseDeps): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities,
    extensions: [Migrator],
    migrations: { migrationsList: [...migrations], snapshot: false, snapshotOnMigrate: false, silent: true },
    // Batched updates lose the version check of all rows but one.
    useBatchUpdates: false,
    pool: { min: 0, max: poolSize },
    driverOptions: { Client: TransactionClient },
  });
  lifecycle.onShutdown('database', () => orm.close());
  await orm.connect();
  await migrate(orm);
  const pool = await orm.em.getConnection().getNativeClient();
  return {
    fork: () => orm.em.fork(),
    read: async (statement) => (await pool.query(statement)).rows,
    check: { name: 'database', required: true, check: async () => void (await orm.em.fork().execute('select 1')) },
  };
}

/** One instance at a time: the others wait for the lock, and then find nothing to do. */
async function migrate(orm: MikroORM): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    await em.execute(`select pg_advisory_xact_lock(hashtextextended('migrations', 0))`);
    await orm.migrator.up();
  });
}
