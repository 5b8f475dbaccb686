/**
 * For a later migration: what a service needs to notice that its database is older than its stream,
 * and to catch up (ADR 0041). The identity comes back with a backup, so it tells the events of this
 * database from those of another one that publishes to the same stream.
 */
export const restoreTables: readonly string[] = [
  `create table database_identity (
    is_only boolean primary key default true check (is_only),
    id uuid not null default gen_random_uuid(),
    created_at timestamptz not null default clock_timestamp(),
    compared_in text
  )`,
  'insert into database_identity default values',
  // One row while the database is known to be older than its stream.
  `create table restore (
    is_only boolean primary key default true check (is_only),
    stream text not null,
    found_at timestamptz not null default clock_timestamp(),
    approved_at timestamptz,
    reason text
  )`,
  // What the stream has of an aggregate that the database does not know. "latest" is its last event.
  `create table restored_aggregate (
    aggregate_id uuid primary key,
    stream_version int not null,
    event_ids uuid[] not null,
    latest text not null
  )`,
  // Events that were dealt with: they stay on the stream, and no longer hold.
  `create table withdrawn_event (
    id uuid primary key,
    withdrawn_at timestamptz not null default clock_timestamp()
  )`,
];
