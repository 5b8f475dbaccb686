import type { Queryable } from '../statement.ts';

export const keptDays = 7;
const batchSize = 1_000;

// An event's id is a UUIDv7, so its index leads to the oldest rows and not to every page that once
// held one. `created_at` decides all the same.
const outboxIsOld = `id < (select uuidv7(interval '-${keptDays} days')) and created_at < now() - interval '${keptDays} days'
  and published_at is not null order by id`;
const inboxIsOld = `received_at < now() - interval '${keptDays} days'`;

/**
 * Deletes events that were published or consumed more than seven days ago: until then a lost stream
 * can be rebuilt from the outbox. Each small batch is a transaction, so that nobody waits for it.
 */
export async function purgeDelivered(database: Queryable, signal: AbortSignal): Promise<void> {
  await deleteInBatches(database, signal, 'outbox', outboxIsOld);
  await deleteInBatches(database, signal, 'inbox', inboxIsOld);
}

async function deleteInBatches(
  database: Queryable,
  signal: AbortSignal,
  table: string,
  condition: string,
): Promise<void> {
  for (let deleted = batchSize; deleted === batchSize && !signal.aborted; ) {
    const rows = await database.query(
      `delete from ${table} where ctid = any(array(select ctid from ${table} where ${condition} limit ${batchSize})) returning 1`,
    );
    deleted = rows.length;
  }
}
