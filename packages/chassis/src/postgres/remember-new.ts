import type { EntityManager } from '@mikro-orm/postgresql';
import type { Identified, Received } from '../nats/consumer.ts';
import { inboxInsert } from '../outbox/tables.ts';

/**
 * Remembers in the transaction which events a consumer applies, and answers those that it has not applied before. One that another
 * instance is applying is waited for.
 */
export async function rememberNew<E extends Identified>(
  em: EntityManager,
  consumer: string,
  messages: readonly Received<E>[],
): Promise<readonly Received<E>[]> {
  const ids = messages.map(({ event }) => event.id);
  const rows = await em.execute<{ event_id: string }[]>(...inboxInsert(consumer, ...ids));
  const isNew = new Set(rows.map(({ event_id }) => event_id));
  return messages.filter(({ event }) => isNew.has(event.id));
}
