import { erasedText } from '@punctual/contracts';
import type { Queryable, Statement } from '../statement.ts';

/**
 * Rows of a table with texts of a person, and how to erase these. In all SQL, `:person` stands for
 * the person's id.
 */
export type ErasureTarget = {
  table: string;
  /** The columns that name a row. */
  key: string;
  /** Must match only rows that an erasure changes. */
  where: string;
  set: string;
  /** The order in which rows are erased, where it matters. */
  order?: string;
  /** A query that waits for transactions that have read a text and have not written its copy yet. */
  waitFor?: string;
};

const batchSize = 500;

/**
 * Erases at most one batch of a target.
 * @returns how many rows it changed. Unless that {@link isFull}, the target is done
 */
export async function eraseBatch(database: Queryable, target: ErasureTarget, personId: string): Promise<number> {
  const { table, key, where, set, order = key } = target;
  const sql = `with erased as (
      update ${table} set ${set} where (${key}) in (
        select ${key} from ${table} where ${where} order by ${order} limit ${batchSize}) returning 1
    ) select count(*)::int as count from erased`;
  return countOf(database, sql, personId);
}

export function isFull(count: number): boolean {
  return count === batchSize;
}

/** Counts the rows of a target that are left to erase. Reads the whole table. */
export function countTarget(database: Queryable, { table, where }: ErasureTarget, personId: string): Promise<number> {
  return countOf(database, `select count(*)::int as count from ${table} where ${where}`, personId);
}

/** The condition that a text column has a text that is not erased. */
export const hasText = (column: string): string => `${column} <> '${erasedText}'`;

/** An assignment that erases a text column, if it has a text. */
export const withoutText = (column: string): string =>
  `${column} = case when ${column} is not null then '${erasedText}' end`;

/** Waits as the target says, if it does. */
export async function waitForReaders(database: Queryable, { waitFor }: ErasureTarget, personId: string): Promise<void> {
  if (waitFor) await database.query(...aboutPerson(waitFor, personId));
}

async function countOf(database: Queryable, sql: string, personId: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(...aboutPerson(sql, personId));
  return row?.count ?? 0;
}

function aboutPerson(sql: string, personId: string): Statement {
  return [sql.replaceAll(/:person\b/g, '?'), sql.match(/:person\b/g)?.map(() => personId) ?? []];
}
