import type { Client } from 'pg';
import type { MigrationSql } from './migrations.ts';

/**
 * Runs a migration, and returns for each statement that read or changed rows of tables that were
 * there before, or rewrote one, while its transaction held a lock that stops writers.
 */
export async function findLongLocks(database: Client, migration: MigrationSql): Promise<string[]> {
  const found: string[] = [];
  const tables = await existingTables(database);
  if (!migration.isBackground) await begin(database);
  for (const statement of migration.statements) {
    // It cannot be in a transaction, and takes no lock that stops writers.
    if (/^(?:create|drop) index concurrently /.test(statement.trim())) {
      await database.query(statement);
      continue;
    }
    if (migration.isBackground) await begin(database);
    const sql = statement.replaceAll('?', "'00000000-0000-0000-0000-000000000000'");
    await database.query(sql);
    const [locked, worked] = [await lockedTables(database, tables), await workedTables(database, tables)];
    if (locked.length > 0 && worked.length > 0)
      found.push(`${migration.name}: ${statement.slice(0, 60)}: locks ${locked}, works on ${worked}`);
    if (migration.isBackground) await database.query('commit');
  }
  if (!migration.isBackground) await database.query('commit');
  return found;
}

/** Rows that earlier transactions read count until they are reported. */
async function begin(database: Client): Promise<void> {
  await database.query('select pg_stat_force_next_flush()');
  await database.query('begin');
}

type Tables = Map<number, number>;

/** Tables with rows, and the file of each. */
async function existingTables(database: Client): Promise<Tables> {
  await database.query('analyze');
  const { rows } = await database.query<{ oid: number; file: number }>(
    `select oid, relfilenode as file from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples > 100`,
  );
  return new Map(rows.map(({ oid, file }) => [oid, file]));
}

async function lockedTables(database: Client, tables: Tables): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `select distinct relation::regclass::text as name from pg_locks
      where pid = pg_backend_pid() and locktype = 'relation' and relation = any($1)
        and mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`,
    [[...tables.keys()]],
  );
  return rows.map(({ name }) => name);
}

async function workedTables(database: Client, tables: Tables): Promise<string[]> {
  const { rows } = await database.query<{ oid: number; name: string; file: number; read: number }>(
    `select c.oid, c.relname as name, c.relfilenode as file,
        (seq_tup_read + coalesce(idx_tup_fetch, 0) + n_tup_upd + n_tup_del)::int as read
      from pg_class c join pg_stat_xact_user_tables s on s.relid = c.oid where c.oid = any($1)`,
    [[...tables.keys()]],
  );
  return rows.filter(({ oid, file, read }) => read > 0 || file !== tables.get(oid)).map(({ name }) => name);
}
