import { metrics } from '@opentelemetry/api';
import type { LeaderSession } from './leader-session.ts';

/** What can be seen of an outbox from outside; costs nothing while no telemetry is exported. */
export type OutboxMetrics = {
  published(rows: number): void;
  /** The session of this instance while it leads; undefined when it no longer does. */
  leads(session: LeaderSession | undefined): void;
};

/** The instruments of one relay. Depth and age are measured by the leader, when they are collected. */
export function createOutboxMetrics(signal: AbortSignal): OutboxMetrics {
  const meter = metrics.getMeter('punctual');
  const published = meter.createCounter('punctual.outbox.published', {
    description: 'Events that their stream has acknowledged',
  });
  const depth = meter.createObservableGauge('punctual.outbox.depth', { description: 'Events not published yet' });
  const age = meter.createObservableGauge('punctual.outbox.age', {
    description: 'How long the oldest of them has waited',
    unit: 's',
  });
  const leader = meter.createObservableGauge('punctual.outbox.leader', {
    description: '1 where this instance publishes the outbox of its service, 0 where it stands by',
  });
  let leading: LeaderSession | undefined;

  const observed = [depth, age, leader];
  const observe: Parameters<typeof meter.addBatchObservableCallback>[0] = async (result) => {
    result.observe(leader, leading ? 1 : 0);
    // A leader that is just being cut off has nothing to tell; the next one will.
    const backlog = await leading?.query<Backlog>(backlogQuery).catch(() => undefined);
    for (const { waiting, seconds } of backlog ?? []) {
      result.observe(depth, waiting);
      result.observe(age, seconds);
    }
  };
  meter.addBatchObservableCallback(observe, observed);
  signal.addEventListener('abort', () => meter.removeBatchObservableCallback(observe, observed), { once: true });

  return {
    published: (rows) => published.add(rows),
    leads: (session) => {
      leading = session;
    },
  };
}

type Backlog = { waiting: number; seconds: number };

/** Reads nothing but the index of the unpublished rows, and of the table the oldest one. */
const backlogQuery = `
  select count(*)::int as waiting,
      coalesce(extract(epoch from clock_timestamp() - (
        select created_at from outbox where published_at is null order by position limit 1)), 0)::float as seconds
    from outbox where published_at is null`;
