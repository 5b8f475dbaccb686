import { metrics } from '@opentelemetry/api';
import { every, type Lifecycle, type Logger } from '@punctual/chassis';
import { DriftKind } from '@punctual/contracts';
import { type DriftDeps, findDrift, type Look } from '../queries/find-drift.ts';

/** Compares all books every hour, look after look, and tells how many differences of each kind there are. */
export function watchDrift(deps: DriftDeps & { logger: Logger; lifecycle: Lifecycle }): void {
  const gauge = metrics.getMeter('punctual').createGauge('punctual.payouts.drift', {
    description: 'Differences between payouts, the events of their assignments and the payment provider',
  });
  every(deps, {
    name: 'watch drift',
    pauseMs: 3_600_000,
    run: async (signal) => {
      const now = new Date();
      const looks: Look[] = [];
      do looks.push(await findDrift(deps, now, looks.at(-1)?.nextUntil));
      while (looks.at(-1)?.nextUntil && !signal.aborted);
      // What could not be compared is not 0.
      if (signal.aborted || (deps.provider && !looks.every((look) => look.providerCompared))) return;

      for (const kind of DriftKind.options) {
        const count = looks.reduce((sum, { counts }) => sum + (counts.get(kind) ?? 0), 0);
        gauge.record(count, { kind });
      }
      const items = looks.flatMap((look) => look.items.slice(0, 10)).slice(0, 10);
      if (items.length > 0) deps.logger.warn({ items }, 'the books do not agree');
    },
  });
}
