import type { Client } from 'pg';
import type { Broker } from '../nats/broker.ts';
import { publish } from '../nats/publish.ts';
import { failpoint } from '../process/failpoint.ts';
import type { Logger } from '../process/logger.ts';

type OutboxRow = { id: string; aggregate_id: string; type: string; payload: string; traceparent: string | null };

const batchSize = 500;

/**
 * Publishes the oldest unpublished rows: those of one aggregate one after another, many aggregates at once. A row that is not
 * acknowledged stops its own aggregate only. Marks what the stream has stored.
 */
export async function publishBatch(deps: {
  client: Client;
  broker: Broker;
  logger: Logger;
}): Promise<{ found: number; failed: number }> {
  const { rows } = await deps.client.query<OutboxRow>(
    `select id, aggregate_id, type, payload, traceparent from outbox
      where published_at is null order by position limit ${batchSize}`,
  );
  const published: { id: string; sequence: number }[] = [];
  const publishInOrder = async (ofOneAggregate: readonly OutboxRow[]) => {
    for (const { id, type, payload, traceparent } of ofOneAggregate) {
      const event = { id, subject: type, payload, traceparent: traceparent ?? undefined };
      published.push({ id, sequence: await publish(deps.broker, event) });
    }
  };
  const aggregates = [...Map.groupBy(rows, (row) => row.aggregate_id).values()];
  const results = await Promise.allSettled(aggregates.map(publishInOrder));
  if (published.length > 0) {
    await failpoint('before-mark');
    await deps.client.query(
      `update outbox set published_at = clock_timestamp(), stream_sequence = acknowledged.sequence
        from unnest($1::uuid[], $2::bigint[]) as acknowledged (id, sequence) where outbox.id = acknowledged.id`,
      [published.map(({ id }) => id), published.map(({ sequence }) => sequence)],
    );
  }
  const failure = results.find((result) => result.status === 'rejected');
  if (failure)
    deps.logger.warn({ err: failure.reason, kept: rows.length - published.length }, 'NATS did not take all events');
  return { found: rows.length, failed: rows.length - published.length };
}
