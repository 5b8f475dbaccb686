import { counter, histogram, type Lifecycle, observed, observeTogether } from '@punctual/chassis';
import type { RemindersHealth } from '@punctual/contracts';
import type { DispatchMetrics } from '../commands/deps.ts';
import { type HealthDeps, measureHealth } from './measure-health.ts';

const seconds = (ms: number | null) => (ms === null ? null : ms / 1_000);

/** Exports the measurements of health as gauges. Costs nothing while no telemetry is exported. */
export function observeHealth(deps: HealthDeps & { lifecycle: Lifecycle }): void {
  const gauges = [
    [observed('punctual.reminders.lag'), (health) => seconds(health.schedulerLagMs)],
    [observed('punctual.reminders.oldest_due'), (health) => seconds(health.oldestDueMs)],
    [observed('punctual.reminders.due'), (health) => health.due],
    [observed('punctual.reminders.planned'), (health) => health.planned],
    [observed('punctual.reminders.overdue'), (health) => health.overdue],
    [observed('punctual.reminders.clock_skew'), (health) => seconds(health.clockSkewMs)],
  ] satisfies [ReturnType<typeof observed>, (health: RemindersHealth) => number | null][];
  observeTogether(
    gauges.map(([gauge]) => gauge),
    async (result) => {
      const health = await measureHealth(deps);
      for (const [gauge, read] of gauges) {
        const value = read(health);
        // A value that is unknown while the store is down is left out, not reported as 0.
        if (value !== null) result.observe(gauge, value);
      }
    },
    deps.lifecycle.signal,
  );
}

/** Counts the reminders that this instance sends, how late they are, and those that it does not send. */
export function createDispatchMetrics(): DispatchMetrics {
  const sent = counter('punctual.reminders.sent');
  const suppressed = counter('punctual.reminders.suppressed');
  const lateness = histogram('punctual.reminders.lateness');
  return {
    sent: (latenessMs) => {
      sent.add(1);
      lateness.record(latenessMs / 1_000);
    },
    suppressed: (because) => suppressed.add(1, { because }),
  };
}
