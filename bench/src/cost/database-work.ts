import type pg from 'pg';

/** Rows written; `hot`: those of the updates that touched no index. */
export type Rows = { inserted: number; updated: number; hot: number; deleted: number };

/** What a server has done since it was started: commits of all its databases, and rows by table. */
export type DatabaseWork = { commits: number; tables: Record<string, Rows> };

/** A database on a server that has no other. */
export type MeasuredDatabase = {
  client: pg.Client;
  /** Selects `relid` and `name` of the tables to count. */
  tables: string;
};

/** Sessions report what they have written at the latest when they have been idle for as long. */
export const reportedAfterMs = 11_000;

export const ofService = 'select relid, relname as name from pg_stat_user_tables';

/** DocumentDB's tables have numbers. */
export function ofCollections(database: string): string {
  return `select ('documentdb_data.documents_' || collection_id)::regclass::oid as relid, collection_name as name
    from documentdb_api_catalog.collections where database_name = '${database}'`;
}

export async function readDatabaseWork({ client, tables }: MeasuredDatabase): Promise<DatabaseWork> {
  const { rows: servers } = await client.query('select sum(xact_commit) as commits from pg_stat_database');
  const { rows } = await client.query<{ name: string } & Record<keyof Rows, string>>(
    `select name, n_tup_ins as inserted, n_tup_upd as updated, n_tup_hot_upd as hot, n_tup_del as deleted
      from pg_stat_user_tables join (${tables}) as named using (relid)`,
  );
  const byName = rows.map(({ name, inserted, updated, hot, deleted }) => [
    name,
    { inserted: Number(inserted), updated: Number(updated), hot: Number(hot), deleted: Number(deleted) },
  ]);
  return { commits: Number(servers[0].commits), tables: Object.fromEntries(byName) };
}
