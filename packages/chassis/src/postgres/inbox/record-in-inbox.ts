import type { Identified, Received } from '../../nats/handling.ts';
import type { Queryable } from '../statement.ts';
import { inboxInsert } from './tables.ts';

/**
 * Records in the transaction which events a consumer applies, and returns those that it has not
 * applied before. Waits for an event that another instance is applying.
 */
export async function recordInInbox<E extends Identified>(
  transaction: Queryable,
  consumer: string,
  messages: readonly Received<E>[],
): Promise<readonly Received<E>[]> {
  const ids = messages.map(({ event }) => event.id);
  const rows = await transaction.query<{ event_id: string }>(...inboxInsert(consumer, ...ids));
  const isNew = new Set(rows.map(({ event_id }) => event_id));
  return messages.filter(({ event }) => isNew.has(event.id));
}
