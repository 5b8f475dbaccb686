import type { CloudEvent } from '@punctual/contracts';

/**
 * The outbox of a database, for its first migration. `position` orders the rows of one aggregate as they were committed, since
 * the insert comes after the lock on the aggregate; across aggregates it says nothing, and is no cursor (design §6).
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

/** For a later migration: where in its stream an event is, from the PubAck of its publish; null for what was published before. */
export const outboxStreamSequence: readonly string[] = ['alter table outbox add column stream_sequence bigint'];

/** Which events a consumer has applied. */
export const inboxTable: readonly string[] = [
  `create table inbox (
    consumer text not null,
    event_id uuid not null,
    received_at timestamptz not null default now(),
    primary key (consumer, event_id)
  )`,
  'create index inbox_age on inbox using brin (received_at)',
];

/**
 * For a later migration: finds what is old in an inbox whose room is used again. A brin index never forgets how old the rows of a page
 * once were, and after two weeks finds every page.
 */
export const inboxReceived: readonly string[] = [
  'create index inbox_received on inbox (received_at)',
  'drop index inbox_age',
];

/**
 * The statement, and its parameters for `?`, that puts events into the outbox; to run in the transaction of their change. All events of
 * one change go in one statement: they are published in the order in which they are given.
 */
export function outboxInsert(...events: readonly CloudEvent[]): [sql: string, parameters: unknown[]] {
  return [
    `insert into outbox (id, aggregate_id, aggregate_version, type, payload, traceparent)
      values ${events.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
    events.flatMap((event) => Object.values(outboxRow(event))),
  ];
}

/** A row of the outbox by its fields, for an insert of many. */
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

/**
 * The statement that remembers events in the transaction of their effect; gives a row for each that is new. In the order of the ids,
 * so that two instances with some of the same events wait for each other and never both.
 */
export function inboxInsert(consumer: string, ...eventIds: readonly string[]): [sql: string, parameters: unknown[]] {
  return [
    `insert into inbox (consumer, event_id) values ${eventIds.map(() => '(?, ?)').join(', ')}
      on conflict do nothing returning event_id`,
    eventIds.toSorted().flatMap((eventId) => [consumer, eventId]),
  ];
}
