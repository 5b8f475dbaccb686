import { deleteInBatches, type OldRows } from '../delete-in-batches.ts';
import type { Queryable } from '../statement.ts';

export const keptDays = 7;

/**
 * An event's id is a UUIDv7, so its index leads to the oldest rows and not to every page that once
 * held one. `created_at` decides all the same.
 */
const oldEvents: OldRows = {
  table: 'outbox',
  where: `id < (select uuidv7(interval '-${keptDays} days')) and created_at < now() - interval '${keptDays} days'
    and published_at is not null`,
  order: 'id',
};

const oldReceipts: OldRows = {
  table: 'inbox',
  where: `received_at < now() - interval '${keptDays} days'`,
};

/**
 * Deletes events that were published or consumed more than seven days ago: until then a lost stream
 * can be rebuilt from the outbox.
 */
export async function purgeDelivered(database: Queryable, signal: AbortSignal): Promise<void> {
  await deleteInBatches(database, signal, oldEvents);
  await deleteInBatches(database, signal, oldReceipts);
}
