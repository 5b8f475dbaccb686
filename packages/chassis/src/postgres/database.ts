import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { HealthCheck } from '../http/health.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { clientsOf, type PoolClient } from './clients.ts';
import {
  type MigrationClass,
  type MigrationRun,
  migrateBeforeStart,
  migrateInBackground,
} from './migrations/migrate.ts';
import { observePool } from './pool-metrics.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { numbered, type Queryable, toText } from './statement.ts';
import { runTransaction, type Transactional } from './transaction.ts';
import { type PostgresUrl, serversOf } from './url.ts';

export type Database = Queryable &
  Transactional & {
    /** Runs one statement that each connection plans once. For hot reads (ADR 0009). */
    read<Row extends object>(statement: Prepared): Promise<Row[]>;
    /**
     * Also fails while the database is read-only, or if a statement failed a moment ago through no
     * fault of its own.
     */
    check: HealthCheck;
    /**
     * Whether the background migrations have run, as far as this instance knows. Until then, columns
     * and tables that they fill lack what was there before, and their indexes are missing.
     */
    isMigrated(): boolean;
    /** Runs them, unless another instance does. To be repeated until {@link isMigrated}. */
    finishMigrations(): Promise<void>;
  };

/** SQL with `$1`… for each parameter, and a unique name. */
export type Prepared = { name: string; text: string; values: unknown[] };

export type DatabaseDeps = {
  url: PostgresUrl;
  /** Bypasses the pooler that `url` leads to, for migrations. */
  directUrl?: PostgresUrl | undefined;
  poolSize: number;
  /** In the order in which they run. */
  migrations: readonly MigrationClass[];
  lifecycle: Lifecycle;
};

/** Connects and migrates the schema. A service that is stopped meanwhile abandons both. */
export async function openDatabase(deps: DatabaseDeps): Promise<Database> {
  const { url, lifecycle } = deps;
  let isMigrated = await migrate(deps, migrateBeforeStart);
  const { orm, sessions, abandon } = await connect(deps, url);
  lifecycle.onShutdown('database', () => orm.close());
  const pool = await unlessStopped(lifecycle, abandon, () => connectedPool(orm)).catch(cannotUse(url));
  observePool(pool, lifecycle.signal);
  return {
    query: async (sql, parameters = []) => {
      const run = (client: PoolClient) => client.query(numbered(sql), parameters.map(toText));
      return (await onClient(pool, run)).rows;
    },
    transaction: (work) => runTransaction(pool, work),
    read: async ({ name, text, values }) => {
      // A prepared statement belongs to its session: it has no name where the session is shared.
      const run = (client: PoolClient) => client.query({ text, values, ...(!client.isShared && { name }) });
      return (await onClient(pool, run)).rows;
    },
    check: { name: 'database', required: true, check: () => checkUsable(pool, sessions) },
    isMigrated: () => isMigrated,
    finishMigrations: async () => {
      if (isMigrated) return;
      isMigrated = await migrate(deps, migrateInBackground).catch((error: unknown) => {
        // A stop is no failure: the next start goes on.
        if (lifecycle.signal.aborted) return false;
        throw error;
      });
    },
  };
}

/** Migrates on connections of its own (lock, index, transaction), which bypass a pooler if they can. */
async function migrate(deps: DatabaseDeps, how: (run: MigrationRun) => Promise<boolean>): Promise<boolean> {
  const { lifecycle, migrations, directUrl: url = deps.url } = deps;
  const { orm, abandon } = await connect({ ...deps, poolSize: 3 }, url);
  const run = async () => how({ orm, pool: await connectedPool(orm), migrations, signal: lifecycle.signal });
  return unlessStopped(lifecycle, abandon, run)
    .catch(cannotUse(url))
    .finally(() => orm.close());
}

async function connect({ migrations, poolSize }: DatabaseDeps, url: PostgresUrl) {
  const { Client, abandon } = clientsOf(url);
  const sessions = createSessions(Client);
  const orm = await MikroORM.init({
    // The clients ignore it and connect as the URL says.
    dbName: url.database ?? url.user ?? 'postgres',
    // Only for migrations: nothing is read or written by the mapper.
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: { migrationsList: [...migrations], snapshot: false, snapshotOnMigrate: false, silent: true },
    pool: { min: 0, max: poolSize },
    driverOptions: sessions.driverOptions,
  });
  return { orm, sessions, abandon };
}

/** The pool of the mapper, with which it has connected. */
async function connectedPool(orm: MikroORM): Promise<Pool> {
  const pool = await orm.em.getConnection().getNativeClient();
  await pool.query('select 1');
  return pool;
}

/** Lends a connection. The pool drops one that has broken. */
async function onClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client as unknown as PoolClient);
  } finally {
    client.release();
  }
}

/**
 * @throws when it is away, read-only (a standby, a primary after a failover), or was found unusable
 * a moment ago
 */
async function checkUsable(pool: Pool, sessions: Sessions): Promise<void> {
  // `on` in a standby, too.
  const { rows } = await pool.query<{ transaction_read_only: string }>('show transaction_read_only');
  if (rows[0]?.transaction_read_only !== 'off') {
    sessions.discardAll();
    throw new Error('The database takes no writes.');
  }
  if (sessions.isDoubtful()) throw new Error('The database could not carry out a statement a moment ago.');
}

/** Adds the address, which the reason often lacks, as with a wrong password. */
function cannotUse(url: PostgresUrl) {
  return (error: Error): never => {
    throw new Error(`PostgreSQL at ${serversOf(url)} cannot be used: ${error.message}`, { cause: error });
  };
}

/** Runs a step of the start. A stop destroys its connections, whatever they wait for. */
async function unlessStopped<T>({ signal }: Lifecycle, abandon: () => void, work: () => Promise<T>): Promise<T> {
  signal.addEventListener('abort', abandon, { once: true });
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}
