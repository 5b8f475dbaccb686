import type { EntityManager } from '@mikro-orm/postgresql';

const keptDays = 7;
const batchSize = 1_000;

// An event's id is a UUIDv7: its index leads to the oldest rows, and not to every page that once held one. The moment is asked all the same.
const outboxIsOld = `id < (select uuidv7(interval '-${keptDays} days')) and created_at < now() - interval '${keptDays} days'
  and published_at is not null order by id`;
const inboxIsOld = `received_at < now() - interval '${keptDays} days'`;

/**
 * Deletes what was published and what was consumed more than seven days ago: until then a lost stream can be rebuilt from the
 * outbox. In small batches, each a transaction of its own, so that nobody waits for it.
 */
export async function forgetDelivered(em: EntityManager, signal: AbortSignal): Promise<void> {
  await deleteInBatches(em, signal, 'outbox', outboxIsOld);
  await deleteInBatches(em, signal, 'inbox', inboxIsOld);
}

async function deleteInBatches(
  em: EntityManager,
  signal: AbortSignal,
  table: string,
  condition: string,
): Promise<void> {
  for (let deleted = batchSize; deleted === batchSize && !signal.aborted; ) {
    const rows = await em.execute(
      `delete from ${table} where ctid = any(array(select ctid from ${table} where ${condition} limit ${batchSize})) returning 1`,
    );
    deleted = rows.length;
  }
}
