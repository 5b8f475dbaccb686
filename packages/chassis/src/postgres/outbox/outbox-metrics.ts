import type { BatchObservableCallback } from '@opentelemetry/api';
import { counter, observed, observeTogether } from '../../telemetry/instruments.ts';
import type { LeaderSession } from './leader-session.ts';

/** The metrics of an outbox. They cost nothing while no telemetry is exported. */
export type OutboxMetrics = {
  published(rows: number): void;
  /** The session of this instance while it leads; undefined when it no longer does. */
  leads(session: LeaderSession | undefined): void;
};

/** The instruments of one relay. The leader measures depth and age when they are collected. */
export function createOutboxMetrics(signal: AbortSignal): OutboxMetrics {
  const published = counter('punctual.outbox.published');
  const depth = observed('punctual.outbox.depth');
  const age = observed('punctual.outbox.age');
  const leader = observed('punctual.outbox.leader');
  let leading: LeaderSession | undefined;

  const observe: BatchObservableCallback = async (result) => {
    result.observe(leader, leading ? 1 : 0);
    // A leader that is losing its session reports nothing; the next one will.
    const backlog = await leading?.query<Backlog>(backlogQuery).catch(() => undefined);
    for (const { waiting, seconds } of backlog ?? []) {
      result.observe(depth, waiting);
      result.observe(age, seconds);
    }
  };
  observeTogether([depth, age, leader], observe, signal);

  return {
    published: (rows) => published.add(rows),
    leads: (session) => {
      leading = session;
    },
  };
}

type Backlog = { waiting: number; seconds: number };

/** Reads only the index of the unpublished rows, and the oldest of them. */
const backlogQuery = `
  select count(*)::int as waiting,
      coalesce(extract(epoch from clock_timestamp() - (
        select created_at from outbox where published_at is null order by position limit 1)), 0)::float as seconds
    from outbox where published_at is null`;
