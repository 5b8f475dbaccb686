import { type RawQueryFragment, raw } from '@mikro-orm/core';
import type { Statement } from './transaction.ts';

// Statements on many rows of a table, all with the same fields; none for no rows. Columns are named after the fields. The rows go as
// one JSON parameter, so that a batch costs what its values cost: times as ISO text, objects and arrays for `jsonb` columns.

type Row = Readonly<Record<string, unknown>>;

/** @param onConflict what follows, such as `on conflict do nothing` */
export function insertRows(table: string, rows: readonly Row[], onConflict = ''): Statement[] {
  const columns = columnsOf(rows).join(', ');
  return onRows(
    table,
    rows,
    (source) => `insert into ${table} (${columns}) select ${columns} from ${source} ${onConflict}`,
  );
}

/** {@link insertRows}, where a row that is there already takes the new values. */
export function upsertRows(table: string, key: string, rows: readonly Row[]): Statement[] {
  const changes = columnsOf(rows)
    .filter((column) => column !== key)
    .map((column) => `${column} = excluded.${column}`);
  return insertRows(table, rows, `on conflict (${key}) do update set ${changes.join(', ')}`);
}

/**
 * An update by `key`. In no order: where others may lock some of the same rows, lock all of them first, in an order.
 * @param condition on the row as it is and on `new`, such as `and t.version < new.version`
 */
export function updateRows(table: string, key: string, rows: readonly Row[], condition = ''): Statement[] {
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

function onRows(table: string, rows: readonly Row[], sql: (source: string) => string): Statement[] {
  if (rows.length === 0) return [];
  return [[sql(`json_populate_recordset(null::${table}, ?)`), [literal(toJson(rows))]]];
}

function toJson(rows: readonly Row[]): string {
  const fields = fieldsOf(rows);
  const columns = columnsOf(rows);
  return JSON.stringify(rows.map((row) => Object.fromEntries(fields.map((field, at) => [columns[at], row[field]]))));
}

/** The mapper escapes letter by letter, which takes ten times as long as all else that is done with a text of a megabyte. */
function literal(text: string): RawQueryFragment {
  return raw(` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`);
}

function fieldsOf([first = {}]: readonly Row[]): string[] {
  return Object.keys(first);
}

function columnsOf(rows: readonly Row[]): string[] {
  return fieldsOf(rows).map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}
