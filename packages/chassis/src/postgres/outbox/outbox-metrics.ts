import type { BatchObservableCallback } from '@opentelemetry/api';
import { counter, observed, observeTogether } from '../../telemetry/instruments.ts';
import type { LeaderSession } from './leader-session.ts';

/** The metrics of an outbox. They cost nothing while no telemetry is exported. */
export type OutboxMetrics = {
  published(rows: number): void;
  /** The stream had lost these, and they are published again. */
  lost(rows: number): void;
  /** The session of this instance while it leads; undefined when it no longer does. */
  leads(session: LeaderSession | undefined): void;
  /** How many aggregates wait for a person, since the database was restored. */
  toReconcile(aggregates: number): void;
};

/** The instruments of one relay. The leader measures depth and age when they are collected. */
export function createOutboxMetrics(signal: AbortSignal): OutboxMetrics {
  const published = counter('punctual.outbox.published');
  const lost = counter('punctual.outbox.lost');
  const depth = observed('punctual.outbox.depth');
  const age = observed('punctual.outbox.age');
  const leader = observed('punctual.outbox.leader');
  const toReconcile = observed('punctual.outbox.to_reconcile');
  let leading: LeaderSession | undefined;
  let waiting = 0;

  const observe: BatchObservableCallback = async (result) => {
    result.observe(leader, leading ? 1 : 0);
    if (leading) result.observe(toReconcile, waiting);
    // A leader that is losing its session reports nothing; the next one will.
    const backlog = await leading?.query<Backlog>(backlogQuery).catch(() => undefined);
    for (const { events, seconds } of backlog ?? []) {
      result.observe(depth, events);
      result.observe(age, seconds);
    }
  };
  observeTogether([depth, age, leader, toReconcile], observe, signal);

  return {
    published: (rows) => published.add(rows),
    lost: (rows) => lost.add(rows),
    leads: (session) => {
      leading = session;
    },
    toReconcile: (aggregates) => {
      waiting = aggregates;
    },
  };
}

type Backlog = { events: number; seconds: number };

/** Reads only the index of the unpublished rows, and the oldest of them. */
const backlogQuery = `
  select count(*)::int as events,
      coalesce(extract(epoch from clock_timestamp() - (
        select created_at from outbox where published_at is null order by position limit 1)), 0)::float as seconds
    from outbox where published_at is null`;
