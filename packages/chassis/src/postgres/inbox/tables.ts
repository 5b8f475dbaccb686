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
 * For a later migration: finds old rows in an inbox whose space is reused. A brin index keeps the
 * age of rows that are gone, and after two weeks matches every page.
 */
export const inboxReceived: readonly string[] = [
  'create index inbox_received on inbox (received_at)',
  'drop index inbox_age',
];

/**
 * Records events in the transaction of their effect, and returns a row for each new one. In the
 * order of the ids, so that two instances with some of the same events do not deadlock.
 */
export function inboxInsert(consumer: string, ...eventIds: readonly string[]): [sql: string, parameters: unknown[]] {
  // The same text for any number of events, so that it stays prepared.
  return [
    `insert into inbox (consumer, event_id) select ?, event_id from unnest(?::uuid[]) as event_id
      on conflict do nothing returning event_id`,
    [consumer, eventIds.toSorted()],
  ];
}

/** Removes events that turned out not to be applied, in the same transaction. */
export function inboxDelete(consumer: string, ...eventIds: readonly string[]): [sql: string, parameters: unknown[]][] {
  if (eventIds.length === 0) return [];
  return [['delete from inbox where consumer = ? and event_id = any(?::uuid[])', [consumer, eventIds]]];
}

/**
 * For a later migration: attempts at messages that had no answer yet. Unlogged, so that a note
 * costs no flush: it has to survive the end of a service's process, not of PostgreSQL.
 */
export const attemptTable: readonly string[] = [
  `create unlogged table handling_attempt (
    consumer text not null,
    message text not null,
    alone int not null,
    noted_at timestamptz not null,
    primary key (consumer, message)
  )`,
];
