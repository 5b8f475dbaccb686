/**
 * SQL that says where the database is. It changes when the database, or this table of it, is made
 * again from a backup, and when its server starts or another one takes over.
 */
export function placeOf(table: string): string {
  return `concat_ws(' ', (select oid from pg_database where datname = current_database()),
    '${table}'::regclass::oid, extract(epoch from pg_postmaster_start_time()))`;
}
