import { type Migration, Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM, type Options } from '@mikro-orm/postgresql';
import type { HealthCheck } from '../http/health.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { pause } from '../process/pause.ts';
import { clientsOf } from './clients.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { inTransaction } from './transaction.ts';
import { type PostgresUrl, serversOf } from './url.ts';

export type Database = {
  /** A separate EntityManager for one request, message or run of a job. */
  fork(): EntityManager;
  /**
   * Runs one statement outside of a transaction, without the mapper; each connection plans it once.
   * For hot reads (ADR 0009).
   */
  read<Row extends object>(statement: Prepared): Promise<Row[]>;
  /**
   * Fails also while the database is read-only, or if a statement failed a moment ago for no fault
   * of its own.
   */
  check: HealthCheck;
};

/** SQL with `$1`… for each parameter, and a unique name. */
export type Prepared = { name: string; text: string; values: unknown[] };

export type DatabaseDeps = {
  url: PostgresUrl;
  /** Bypasses the pooler that `url` leads to, for migrations. */
  directUrl?: PostgresUrl | undefined;
  poolSize: number;
  entities: NonNullable<Options['entities']>;
  /** In the order in which they run. */
  migrations: readonly (new (
    ...parameters: ConstructorParameters<typeof Migration>
  ) => Migration)[];
  lifecycle: Lifecycle;
};

const lockWithinMs = 10 * 60_000;
const lockPauseMs = 200;

/** Connects and migrates the schema. A service that is stopped meanwhile abandons both. */
export async function openDatabase(deps: DatabaseDeps): Promise<Database> {
  const { url, directUrl, lifecycle } = deps;
  const { orm, sessions, abandon } = await connect(deps, url);
  lifecycle.onShutdown('database', () => orm.close());
  if (directUrl) {
    const direct = await connect(deps, directUrl);
    await unlessStopped(lifecycle, direct.abandon, () => migrate(direct.orm, lifecycle.signal))
      .catch(cannotUse(directUrl))
      .finally(() => direct.orm.close());
  }
  await unlessStopped(
    lifecycle,
    abandon,
    async () => void (await (directUrl ? orm.em.fork().execute('select 1') : migrate(orm, lifecycle.signal))),
  ).catch(cannotUse(url));
  const pool = await orm.em.getConnection().getNativeClient();
  return {
    fork: () => orm.em.fork(),
    read: async (statement) => (await pool.query(statement)).rows,
    check: { name: 'database', required: true, check: () => checkUsable(orm.em.fork(), sessions) },
  };
}

async function connect({ entities, migrations, poolSize }: DatabaseDeps, url: PostgresUrl) {
  const { Client, abandon } = clientsOf(url);
  const sessions = createSessions(Client);
  const orm = await MikroORM.init({
    // The clients ignore it and connect as the URL says.
    dbName: url.database ?? url.user ?? 'postgres',
    entities,
    extensions: [Migrator],
    migrations: { migrationsList: [...migrations], snapshot: false, snapshotOnMigrate: false, silent: true },
    // Batched updates lose the version check of all rows but one.
    useBatchUpdates: false,
    pool: { min: 0, max: poolSize },
    driverOptions: sessions.driverOptions,
  });
  return { orm, sessions, abandon };
}

/**
 * @throws when it is away, read-only (a standby, a primary after a failover), or was found unusable
 * a moment ago
 */
async function checkUsable(em: EntityManager, sessions: Sessions): Promise<void> {
  // `on` in a standby, too.
  const [answer] = await em.execute<{ transaction_read_only: string }[]>('show transaction_read_only');
  if (answer?.transaction_read_only !== 'off') {
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

/** Migrates in one instance at a time: the others wait for the lock, then have nothing to do. */
async function migrate(orm: MikroORM, signal: AbortSignal): Promise<void> {
  await inTransaction({ fork: () => orm.em.fork() }, async (em) => {
    // This transaction is idle while the migrations run on another connection.
    await em.execute('set local idle_in_transaction_session_timeout = 0');
    await takeLock(em, signal);
    await orm.migrator.up();
  });
}

/**
 * Polls for the lock, since a statement that waits for it could be neither bounded nor stopped.
 * @throws when another instance keeps it for longer than migrations may take, or the service stops
 */
async function takeLock(em: EntityManager, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + lockWithinMs;
  for (;;) {
    const [row] = await em.execute<{ taken: boolean }[]>(
      `select pg_try_advisory_xact_lock(hashtextextended('migrations', 0)) as taken`,
    );
    if (row?.taken) return;
    signal.throwIfAborted();
    if (performance.now() > giveUpAt) throw new Error('Another instance does not release the lock of the migrations.');
    await pause(lockPauseMs, signal);
  }
}
