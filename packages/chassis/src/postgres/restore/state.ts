import type { LeaderSession } from '../outbox/leader-session.ts';
import type { UnknownEvent } from './find-unknown.ts';

/** What is left to reconcile, and whether a person has said that it may be. */
export type RestoreState = { aggregates: number; events: number; isApproved: boolean };

/** Records what the stream has and the database does not; what was recorded before stays. */
export async function recordUnknown(
  session: LeaderSession,
  stream: string,
  events: readonly UnknownEvent[],
): Promise<void> {
  await session.query('insert into restore (stream) values ($1) on conflict do nothing', [stream]);
  const aggregates = [...Map.groupBy(events, ({ aggregateId }) => aggregateId)].map(([aggregateId, ofOne]) => {
    const { version, payload } = ofOne.toSorted((a, b) => b.version - a.version)[0] as UnknownEvent;
    return {
      aggregate_id: aggregateId,
      stream_version: version,
      event_ids: ofOne.map(({ id }) => id),
      latest: payload,
    };
  });
  await session.query(
    `insert into restored_aggregate
      select * from json_populate_recordset(null::restored_aggregate, $1)
      on conflict (aggregate_id) do nothing`,
    [JSON.stringify(aggregates)],
  );
}

/** Undefined when the database is as new as its stream. */
export async function readRestoreState(session: LeaderSession): Promise<RestoreState | undefined> {
  const [row] = await session.query<{ aggregates: number; events: number; is_approved: boolean }>(
    `select approved_at is not null as is_approved, count(aggregate_id)::int as aggregates,
        coalesce(sum(cardinality(event_ids)), 0)::int as events
      from restore left join restored_aggregate on true group by approved_at`,
  );
  return row && { aggregates: row.aggregates, events: row.events, isApproved: row.is_approved };
}

/** To be called when no aggregate is left. */
export async function endRestore(session: LeaderSession): Promise<void> {
  await session.query('delete from restore where not exists (select from restored_aggregate)');
}
