import { reasonOf } from '@punctual/chassis';
import { parsePostgresUrl, SessionClient } from '@punctual/chassis/postgres-client';

/** An aggregate of which the stream has events that the restored database does not know. */
export type PlannedAggregate = {
  id: string;
  /** What the database has; null when it does not know it at all. */
  version: number | null;
  streamVersion: number;
  /** The last event that consumers have: its type, and the status after it. */
  latest: { type: string; status: string | null; time: string };
  /** How many events no longer hold. */
  events: number;
};

/** What a service has found, and waits to be allowed. */
export type Plan = { stream: string; foundAt: Temporal.Instant; aggregates: PlannedAggregate[] };

/** The plan of a restored service, in its database. */
export type RestoredDatabase = {
  /** Undefined when the database is as new as its stream, or the service has not compared them yet. */
  readPlan(): Promise<Plan | undefined>;
  /** Allows the service to carry it out. */
  approve(reason: string): Promise<void>;
  /** How many aggregates are left. */
  countWaiting(): Promise<number>;
  close(): Promise<void>;
};

/** @throws Error when the database cannot be reached */
export async function openRestored(databaseUrl: string): Promise<RestoredDatabase> {
  const client = new SessionClient(urlOf(databaseUrl), { applicationName: 'ops reconcile-after-restore' });
  await client.connect().catch((error: unknown) => {
    throw new Error(`Cannot reach the service's database: ${reasonOf(error)}`);
  });
  return {
    readPlan: async () => {
      const found = await client.query<{ stream: string; found_at: Date }>('select stream, found_at from restore');
      const [restore] = found.rows;
      if (!restore) return undefined;
      const { rows } = await client.query<Row>(
        `select aggregate_id, stream_version, cardinality(event_ids) as events, latest::jsonb ->> 'type' as type,
            latest::jsonb #>> '{data,status}' as status, latest::jsonb ->> 'time' as time,
            (select max(aggregate_version) from outbox where outbox.aggregate_id = restored_aggregate.aggregate_id) as version
          from restored_aggregate order by aggregate_id`,
      );
      const foundAt = Temporal.Instant.fromEpochMilliseconds(restore.found_at.getTime());
      return { stream: restore.stream, foundAt, aggregates: rows.map(toPlanned) };
    },
    approve: async (reason) => {
      await client.query('update restore set approved_at = clock_timestamp(), reason = $1 where approved_at is null', [
        reason,
      ]);
    },
    countWaiting: async () => {
      const { rows } = await client.query<{ count: string }>('select count(*) from restored_aggregate');
      return Number(rows[0]?.count);
    },
    close: () => client.end(),
  };
}

type Row = {
  aggregate_id: string;
  stream_version: number;
  events: number;
  type: string;
  status: string | null;
  time: string;
  version: number | null;
};

function toPlanned({ aggregate_id: id, stream_version, events, type, status, time, version }: Row): PlannedAggregate {
  return { id, version, streamVersion: stream_version, latest: { type, status, time }, events };
}

function urlOf(text: string) {
  try {
    return parsePostgresUrl(text);
  } catch (error) {
    throw new Error(`The URL of the service's database ${reasonOf(error)}.`);
  }
}
