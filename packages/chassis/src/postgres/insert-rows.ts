import type { Statement } from './transaction.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * The statement that inserts rows, all with the same fields; none for no rows. Columns are named after the fields. The rows go as one
 * JSON parameter, so that a batch costs what its values cost: dates as ISO text, objects and arrays for `jsonb` columns.
 * @param onConflict what follows, such as `on conflict do nothing`
 */
export function insertRows(table: string, rows: readonly Row[], onConflict = ''): Statement[] {
  const [first] = rows;
  if (!first) return [];
  const columns = columnsOf(first).join(', ');
  return [
    [
      `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, ?) ${onConflict}`,
      [JSON.stringify(rows.map(toColumns))],
    ],
  ];
}

/** {@link insertRows}, where a row that is there already takes the new values. */
export function upsertRows(table: string, key: string, rows: readonly Row[]): Statement[] {
  const changes = columnsOf(rows[0] ?? {})
    .filter((column) => column !== key)
    .map((column) => `${column} = excluded.${column}`);
  return insertRows(table, rows, `on conflict (${key}) do update set ${changes.join(', ')}`);
}

function columnsOf(row: Row): string[] {
  return Object.keys(row).map(toColumn);
}

function toColumns(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([field, value]) => [toColumn(field), value]));
}

function toColumn(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
