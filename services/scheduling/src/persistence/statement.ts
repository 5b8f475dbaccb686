/** SQL with `?` for each parameter, as `em.execute` takes them. */
export type Statement = readonly [sql: string, parameters: readonly unknown[]];

/** Several writes as one statement, for one round trip. No row may be written by two of them. */
export function together(writes: readonly Statement[]): [sql: string, parameters: unknown[]] {
  const parts = writes.map(([sql], index) => `write_${index} as (${sql})`);
  return [`with ${parts.join(', ')} select`, writes.flatMap(([, parameters]) => parameters)];
}

/** An insert of one row; columns are named after the fields. */
export function insertInto(table: string, fields: Readonly<Record<string, unknown>>): Statement {
  const columns = Object.keys(fields).map(toColumn);
  const places = columns.map(() => '?');
  return [
    `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`,
    Object.values(fields).map(toParameter),
  ];
}

/**
 * An update of one row by its id; columns are named after the fields.
 * @param first a query that has to run, and may have to wait, before the row is written
 */
export function updateOf(
  table: string,
  id: string,
  fields: Readonly<Record<string, unknown>>,
  first?: Statement,
): Statement {
  const clauses = Object.keys(fields).map((field) => `${toColumn(field)} = ?`);
  const from = first ? ` from (${first[0]}) as first` : '';
  return [
    `update ${table} set ${clauses.join(', ')}${from} where id = ?`,
    [...Object.values(fields).map(toParameter), ...(first?.[1] ?? []), id],
  ];
}

function toColumn(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function toParameter(value: unknown): unknown {
  return value instanceof Temporal.Instant ? value.toString() : value;
}
