import type { Identified, Received } from '../../nats/handling.ts';
import type { Statement } from '../statement.ts';
import type { Transaction } from '../transaction.ts';
import { inboxInsert } from './tables.ts';

/**
 * Records in the transaction which events a consumer applies, and runs `reads` in the same round
 * trip, for all events. Waits for an event that another instance is applying.
 * @returns the events that it has not applied before, and the rows of each of the `reads`
 */
export async function recordInInbox<E extends Identified, Rows extends readonly object[][] = []>(
  transaction: Pick<Transaction, 'batch'>,
  consumer: string,
  messages: readonly Received<E>[],
  reads: readonly Statement[] = [],
): Promise<{ unprocessed: readonly Received<E>[]; rows: Rows }> {
  const recording = inboxInsert(consumer, ...messages.map(({ event }) => event.id));
  const [recorded, ...rows] = await transaction.batch<[{ event_id: string }[], ...object[][]]>([recording, ...reads]);
  const isNew = new Set(recorded.map(({ event_id }) => event_id));
  return { unprocessed: messages.filter(({ event }) => isNew.has(event.id)), rows: rows as unknown as Rows };
}
