import type { EntityManager } from '@mikro-orm/postgresql';
import { erasedText } from '@punctual/contracts';

/** Rows of a table with texts of a person, and how they are erased. In all SQL, `:person` stands for the person's id. */
export type Place = {
  table: string;
  /** The columns that name a row. */
  key: string;
  /** Which rows, of those alone that an erasure changes. */
  where: string;
  set: string;
  /** In which order the rows are erased, where that matters. */
  order?: string;
};

const batchSize = 500;

/** Erases at most a batch of a place. @returns how many rows it changed; fewer than {@link isFull} says: it is done */
export async function eraseBatch(em: EntityManager, place: Place, personId: string): Promise<number> {
  const { table, key, where, set, order = key } = place;
  const sql = `with erased as (
      update ${table} set ${set} where (${key}) in (
        select ${key} from ${table} where ${where} order by ${order} limit ${batchSize}) returning 1
    ) select count(*)::int as count from erased`;
  return countOf(em, sql, personId);
}

export function isFull(count: number): boolean {
  return count === batchSize;
}

/** How many rows of a place there are to erase. Reads the whole table. */
export function countPlace(em: EntityManager, { table, where }: Place, personId: string): Promise<number> {
  return countOf(em, `select count(*)::int as count from ${table} where ${where}`, personId);
}

/** A condition that a text column is there and not erased yet. */
export const hasText = (column: string): string => `${column} <> '${erasedText}'`;

/** An assignment that erases a text column, if it has a text. */
export const withoutText = (column: string): string =>
  `${column} = case when ${column} is not null then '${erasedText}' end`;

async function countOf(em: EntityManager, sql: string, personId: string): Promise<number> {
  const parameters = sql.match(/:person\b/g)?.map(() => personId) ?? [];
  const [row] = await em.execute<{ count: number }[]>(sql.replaceAll(/:person\b/g, '?'), parameters);
  return row?.count ?? 0;
}
