import { columnOf, type Fields, type Statement } from './statement.ts';

// Statements on many rows of a table, all with the same fields. No rows make no statement. The rows
// travel as one JSON parameter: times as ISO text, objects and arrays for `jsonb` and array
// columns.

/**
 * Inserts rows.
 * @param onConflict the end of the statement, such as `on conflict do nothing`
 */
export function insertRows(table: string, rows: readonly Fields[], onConflict = ''): Statement[] {
  const columns = columnsOf(rows).join(', ');
  return onRows(
    table,
    rows,
    (source) => `insert into ${table} (${columns}) select ${columns} from ${source} ${onConflict}`,
  );
}

/** Inserts rows; an existing row takes the new values. */
export function upsertRows(table: string, key: string, rows: readonly Fields[]): Statement[] {
  const changes = columnsOf(rows)
    .filter((column) => column !== key)
    .map((column) => `${column} = excluded.${column}`);
  return insertRows(table, rows, `on conflict (${key}) do update set ${changes.join(', ')}`);
}

/**
 * Updates rows by `key`, in no order: where others may lock some of the same rows, lock all of them
 * in one order first.
 * @param condition on the row as it is and on `new`, such as `and t.version < new.version`
 */
export function updateRows(table: string, key: string, rows: readonly Fields[], condition = ''): Statement[] {
  const changes = columnsOf(rows)
    .filter((column) => column !== key)
    .map((column) => `${column} = new.${column}`);
  return onRows(
    table,
    rows,
    (source) =>
      `update ${table} set ${changes.join(', ')} from ${source} as new where ${table}.${key} = new.${key} ${condition}`,
  );
}

function onRows(table: string, rows: readonly Fields[], sql: (source: string) => string): Statement[] {
  if (rows.length === 0) return [];
  return [[sql(`json_populate_recordset(null::${table}, ?)`), [toJson(rows)]]];
}

function toJson(rows: readonly Fields[]): string {
  const fields = fieldsOf(rows);
  const columns = columnsOf(rows);
  return JSON.stringify(rows.map((row) => Object.fromEntries(fields.map((field, at) => [columns[at], row[field]]))));
}

function fieldsOf([first = {}]: readonly Fields[]): string[] {
  return Object.keys(first);
}

function columnsOf(rows: readonly Fields[]): string[] {
  return fieldsOf(rows).map(columnOf);
}
