import type { CloudEvent } from '@punctual/contracts';

/**
 * The outbox of a database, for its first migration. `position` orders the rows of one aggregate as
 * they were committed, since the insert comes after the lock on the aggregate. Across aggregates it
 * means nothing and is no cursor (design §6).
 */
export const outboxTable: readonly string[] = [
  `create table outbox (
    id uuid primary key,
    position bigint generated always as identity,
    aggregate_id uuid not null,
    aggregate_version int not null,
    type text not null,
    payload text not null,
    traceparent text,
    created_at timestamptz not null default clock_timestamp(),
    published_at timestamptz,
    unique (aggregate_id, aggregate_version)
  )`,
  'create index outbox_unpublished on outbox (position) where published_at is null',
  'create index outbox_age on outbox using brin (created_at)',
];

/**
 * For a later migration: the position of an event in its stream, from the PubAck; null for events
 * published before.
 */
export const outboxStreamSequence: readonly string[] = ['alter table outbox add column stream_sequence bigint'];

/**
 * For a later migration: which stream the sequences of the published rows are of. Without its row
 * they are of before.
 */
export const outboxStream: readonly string[] = [
  'create table outbox_stream (name text primary key, created_at timestamptz not null)',
];

/**
 * For a later background migration: finds the end of what was published. Until it is there, the
 * outbox is not compared with its stream.
 */
export const outboxStreamIndex =
  'create index concurrently if not exists outbox_stream_sequence on outbox (stream_sequence) where stream_sequence is not null';

/**
 * Inserts events into the outbox, in the transaction of their change. All events of one change go
 * in one statement: they are published in the given order.
 */
export function outboxInsert(...events: readonly CloudEvent[]): [sql: string, parameters: unknown[]] {
  return [
    `insert into outbox (id, aggregate_id, aggregate_version, type, payload, traceparent)
      values ${events.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
    events.flatMap((event) => Object.values(outboxRow(event))),
  ];
}

/** The row of an event in the outbox. */
export function outboxRow(event: CloudEvent) {
  const { id, partitionkey, sequence, type, traceparent } = event;
  return {
    id,
    aggregateId: partitionkey,
    aggregateVersion: Number(sequence),
    type,
    payload: JSON.stringify(event),
    traceparent: traceparent ?? null,
  };
}
