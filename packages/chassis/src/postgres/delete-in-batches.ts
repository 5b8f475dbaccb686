import { pause } from '../process/pause.ts';
import type { Queryable } from './statement.ts';

export type OldRows = {
  table: string;
  /** Which rows may go. */
  where: string;
  parameters?: readonly unknown[];
  /** Which of them go first, by an index that leads to them. */
  order?: string;
};

const batchSize = 1_000;

/**
 * Deletes rows in small transactions until none is left or the service stops. Pauses for as long as
 * each one took, so that at least half of the time is left to commands.
 */
export async function deleteInBatches(
  database: Queryable,
  signal: AbortSignal,
  { table, where, parameters = [], order }: OldRows,
): Promise<void> {
  const batch = `select ctid from ${table} where ${where}${order ? ` order by ${order}` : ''} limit ${batchSize}`;
  // Each row is judged twice: it may have changed since, and in a partitioned table a ctid names a
  // row of each partition.
  const statement = `delete from ${table} where ctid = any(array(${batch})) and ${where} returning 1`;
  for (let deleted = batchSize; deleted >= batchSize && !signal.aborted; ) {
    const begun = performance.now();
    deleted = (await database.query(statement, [...parameters, ...parameters])).length;
    if (deleted >= batchSize) await pause(performance.now() - begun, signal);
  }
}
