import type { Statement } from '@punctual/chassis/postgres';

/** An insert of one row; columns are named after the fields. */
export function insertInto(table: string, fields: Readonly<Record<string, unknown>>): Statement {
  const columns = Object.keys(fields).map(toColumn);
  const places = columns.map(() => '?');
  return [
    `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`,
    Object.values(fields).map(toParameter),
  ];
}

/** An update of one row by its id; columns are named after the fields. */
export function updateOf(table: string, id: string, fields: Readonly<Record<string, unknown>>): Statement {
  const clauses = Object.keys(fields).map((field) => `${toColumn(field)} = ?`);
  return [`update ${table} set ${clauses.join(', ')} where id = ?`, [...Object.values(fields).map(toParameter), id]];
}

function toColumn(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function toParameter(value: unknown): unknown {
  return value instanceof Temporal.Instant ? value.toString() : value;
}
