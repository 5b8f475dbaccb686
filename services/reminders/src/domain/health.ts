import type { RemindersHealth } from '@punctual/contracts';

/** What was measured; all times in milliseconds. Without `store` nothing of it is known. */
export type Measurements = {
  store: StoreMeasurements | undefined;
  brokerIsThere: boolean;
  clockSkewMs: number | null;
};

export type StoreMeasurements = {
  /** How late the scheduler is, or null when it has never run. */
  schedulerLagMs: number | null;
  /** Null: too many to have been counted yet. */
  due: number | null;
  planned: number | null;
  overdue: number | null;
  oldestDueMs: number;
  lastDispatchAt: Date | undefined;
};

const tolerableLagMs = 10_000;
const tolerableSkewMs = 1_000;

/** Judges the measurements (api.md, health): down when nothing can be sent, degraded when it is late or may be wrong. */
export function judgeHealth(measured: Measurements, graceMs: number, now: Date): RemindersHealth {
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
    lastDispatchAt: store?.lastDispatchAt?.toISOString() ?? null,
    clockSkewMs,
  };
}

function judgeScheduler(store: StoreMeasurements, graceMs: number, now: Date): RemindersHealth['status'] {
  const sinceDispatchMs = now.getTime() - (store.lastDispatchAt?.getTime() ?? 0);
  if (store.oldestDueMs > graceMs && sinceDispatchMs > graceMs) return 'down';
  return store.schedulerLagMs === null || store.schedulerLagMs > tolerableLagMs ? 'degraded' : 'ok';
}
