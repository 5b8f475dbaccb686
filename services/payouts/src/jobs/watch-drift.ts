import { metrics } from '@opentelemetry/api';
import { every, type Lifecycle, type Logger } from '@punctual/chassis';
import { DriftKind } from '@punctual/contracts';
import { type DriftDeps, findDrift } from '../queries/find-drift.ts';

/** Compares the books every hour and tells how many differences of each kind there are. */
export function watchDrift(deps: DriftDeps & { logger: Logger; lifecycle: Lifecycle }): void {
  const gauge = metrics.getMeter('punctual').createGauge('punctual.payouts.drift', {
    description: 'Differences between payouts, the events of their assignments and the payment provider',
  });
  every(deps, {
    name: 'watch drift',
    pauseMs: 3_600_000,
    run: async () => {
      const { items, total, providerCompared } = await findDrift(deps, new Date());
      // What could not be compared is not 0.
      if (deps.provider && !providerCompared) return;
      for (const kind of DriftKind.options) gauge.record(items.filter((item) => item.kind === kind).length, { kind });
      if (total > 0) deps.logger.warn({ total, items: items.slice(0, 10) }, 'the books do not agree');
    },
  });
}
