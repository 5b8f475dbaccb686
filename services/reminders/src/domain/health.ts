import { formatInstant } from '@punctual/chassis/domain';
import type { RemindersHealth } from '@punctual/contracts';
import { msBetween } from './instants.ts';

/** How often the scheduler records a heartbeat. */
export const heartbeatEveryMs = 5_000;

/** Measurements, in milliseconds. Without `store`, the store did not answer. */
export type Measurements = {
  store: StoreMeasurements | undefined;
  brokerIsThere: boolean;
  clockSkewMs: number | null;
};

export type StoreMeasurements = {
  /** How late the scheduler is; null if it has never run. */
  schedulerLagMs: number | null;
  /** Null while the first count takes too long. */
  due: number | null;
  planned: number | null;
  overdue: number | null;
  oldestDueMs: number;
  lastDispatchAt: Temporal.Instant | undefined;
};

const tolerableLagMs = 10_000;
const tolerableSkewMs = 1_000;

/**
 * Judges the measurements (api.md, health): down if nothing can be sent, degraded if it is late or
 * clocks differ.
 */
export function judgeHealth(measured: Measurements, graceMs: number, now: Temporal.Instant): RemindersHealth {
  const { store, brokerIsThere, clockSkewMs } = measured;
  const scheduler = store === undefined ? 'down' : judgeScheduler(store, graceMs, now);
  const isDown = store === undefined || !brokerIsThere || scheduler === 'down';
  const isSkewed = clockSkewMs !== null && Math.abs(clockSkewMs) > tolerableSkewMs;
  const isDegraded = scheduler === 'degraded' || isSkewed || (store?.overdue ?? 0) > 0;
  return {
    status: isDown ? 'down' : isDegraded ? 'degraded' : 'ok',
    checks: { store: store === undefined ? 'down' : 'ok', broker: brokerIsThere ? 'ok' : 'down', scheduler },
    schedulerLagMs: store?.schedulerLagMs ?? null,
    oldestDueMs: store?.oldestDueMs ?? null,
    due: store?.due ?? null,
    planned: store?.planned ?? null,
    overdue: store?.overdue ?? null,
    lastDispatchAt: store?.lastDispatchAt ? formatInstant(store.lastDispatchAt) : null,
    clockSkewMs,
  };
}

function judgeScheduler(store: StoreMeasurements, graceMs: number, now: Temporal.Instant): RemindersHealth['status'] {
  const { lastDispatchAt } = store;
  const sinceDispatchMs = lastDispatchAt ? msBetween(lastDispatchAt, now) : Number.POSITIVE_INFINITY;
  if (store.oldestDueMs > graceMs && sinceDispatchMs > graceMs) return 'down';
  return store.schedulerLagMs === null || store.schedulerLagMs > tolerableLagMs ? 'degraded' : 'ok';
}
