import { metrics } from '@opentelemetry/api';
import type { Lifecycle } from '@punctual/chassis';
import type { DispatchMetrics } from '../commands/deps.ts';
import { type HealthDeps, measureHealth } from './measure-health.ts';

const seconds = (ms: number | null) => (ms === null ? null : ms / 1_000);

/** The numbers of health as gauges, measured when they are collected; costs nothing while no telemetry is exported. */
export function observeHealth(deps: HealthDeps & { lifecycle: Lifecycle }): void {
  const meter = metrics.getMeter('punctual');
  const gauge = (name: string, description: string, unit?: string) =>
    meter.createObservableGauge(`punctual.reminders.${name}`, { description, ...(unit && { unit }) });
  const lag = gauge('lag', 'How late the scheduler is', 's');
  const oldestDue = gauge('oldest_due', 'For how long a reminder has been due that is not sent yet, at most', 's');
  const due = gauge('due', 'Reminders that are due and not sent');
  const planned = gauge('planned', 'Reminders that wait for their moment');
  const overdue = gauge('overdue', 'Reminders that are later than the grace');
  const skew = gauge('clock_skew', "This clock minus the store's or the broker's, whichever differs more", 's');

  const observed = [lag, oldestDue, due, planned, overdue, skew];
  const observe: Parameters<typeof meter.addBatchObservableCallback>[0] = async (result) => {
    const health = await measureHealth(deps);
    const values = [
      seconds(health.schedulerLagMs),
      seconds(health.oldestDueMs),
      health.due,
      health.planned,
      health.overdue,
      seconds(health.clockSkewMs),
    ];
    // What cannot be measured while the store is away is left out, not 0.
    for (const [index, instrument] of observed.entries()) {
      const value = values[index] ?? null;
      if (value !== null) result.observe(instrument, value);
    }
  };
  meter.addBatchObservableCallback(observe, observed);
  deps.lifecycle.signal.addEventListener('abort', () => meter.removeBatchObservableCallback(observe, observed), {
    once: true,
  });
}

/** How many reminders this instance has sent, and how late. */
export function createDispatchMetrics(): DispatchMetrics {
  const meter = metrics.getMeter('punctual');
  const sent = meter.createCounter('punctual.reminders.sent', {
    description: 'Reminders that were ordered to be sent',
  });
  const lateness = meter.createHistogram('punctual.reminders.lateness', {
    description: 'From the moment at which a reminder was due to that at which it was sent',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.1, 0.5, 1, 2, 5, 10, 20, 60, 300, 3_600] },
  });
  return {
    sent: (latenessMs) => {
      sent.add(1);
      lateness.record(latenessMs / 1_000);
    },
  };
}
