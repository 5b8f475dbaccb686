import type { Database } from '../database.ts';
import type { Statement } from '../statement.ts';
import type { Transaction } from '../transaction.ts';

/** An aggregate of which the stream has events that the database does not know. */
export type RestoredAggregate = {
  id: string;
  /** The highest that the stream has; what is published next must be above it. */
  streamVersion: number;
  /** The events that no longer hold. */
  eventIds: readonly string[];
  /** The last of them, as parsed JSON. */
  latest: unknown;
};

/**
 * Makes the statements that lift aggregates above what their consumers have seen, and say again
 * what they are. They run in the same transaction.
 */
export type Lift = (
  transaction: Transaction,
  aggregates: readonly RestoredAggregate[],
  reason: string,
) => Promise<readonly Statement[]>;

const batchSize = 50;

/** Lifts some of the aggregates that are left, once a person has approved it. */
export async function reconcileSome(database: Database, lift: Lift): Promise<void> {
  await database.transaction(async (transaction) => {
    const rows = await transaction.query<Row>(
      `select restored_aggregate.*, coalesce(reason, 'restored from a backup') as reason
        from restored_aggregate, restore where approved_at is not null
        order by aggregate_id limit ? for update of restored_aggregate`,
      [batchSize],
    );
    const [first] = rows;
    if (!first) return;
    const ids = rows.map(({ aggregate_id }) => aggregate_id);
    await transaction.commit([
      ...(await lift(transaction, rows.map(toAggregate), first.reason)),
      [
        `insert into withdrawn_event (id) select unnest(event_ids) from restored_aggregate where aggregate_id = any(?::uuid[])
          on conflict do nothing`,
        [ids],
      ],
      ['delete from restored_aggregate where aggregate_id = any(?::uuid[])', [ids]],
    ]);
  });
}

type Row = { aggregate_id: string; stream_version: number; event_ids: string[]; latest: string; reason: string };

function toAggregate({ aggregate_id: id, stream_version, event_ids, latest }: Row): RestoredAggregate {
  return { id, streamVersion: stream_version, eventIds: event_ids, latest: JSON.parse(latest) };
}
