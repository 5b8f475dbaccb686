/** SQL with `?` for each parameter. The parameters travel apart from the text. */
export type Statement = readonly [sql: string, parameters: readonly unknown[]];

/** Columns of one row by field: `createdAt` is the column `created_at`. */
export type Fields = Readonly<Record<string, unknown>>;

/** Runs statements, in a transaction or each in its own. */
export type Queryable = {
  /** Runs one statement. Times come as ISO text, `jsonb` parsed, `bigint` as text. */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
};

/** Inserts one row. */
export function insertInto(table: string, fields: Fields): Statement {
  const columns = Object.keys(fields).map(columnOf);
  const places = columns.map(() => '?');
  return [`insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`, Object.values(fields)];
}

/** Updates one row by its id. */
export function updateOf(table: string, id: string, fields: Fields): Statement {
  const clauses = Object.keys(fields).map((field) => `${columnOf(field)} = ?`);
  return [`update ${table} set ${clauses.join(', ')} where id = ?`, [...Object.values(fields), id]];
}

/** The column of a field: `createdAt` is `created_at`. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The text with `$1`, `$2`… in place of each `?`, as PostgreSQL numbers parameters. */
export function numbered(sql: string): string {
  const [first = '', ...more] = sql.split('?');
  return more.reduce((text, part, index) => `${text}$${index + 1}${part}`, first);
}

/**
 * Wraps a value for a `jsonb` column. Only an array needs it: it would become an array of
 * PostgreSQL.
 */
export function json(value: unknown): unknown {
  return { toJSON: () => value };
}

/**
 * A parameter in PostgreSQL's text format. An array becomes an array of PostgreSQL, a plain object
 * JSON.
 */
export function toText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `{${value.map(toElement).join(',')}}`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && !(value instanceof Temporal.Instant)) return JSON.stringify(value);
  return String(value);
}

function toElement(value: unknown): string {
  const text = toText(value);
  return text === null ? 'null' : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
