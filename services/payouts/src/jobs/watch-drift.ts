import { every, gauge, type Lifecycle } from '@punctual/chassis';
import { DriftKind } from '@punctual/contracts';
import { type ReconcileDeps, type ReconciliationPage, reconcile } from '../queries/reconcile.ts';

/** Reconciles every hour, page by page, and records how many differences of each kind there are. */
export function watchDrift(deps: ReconcileDeps & { lifecycle: Lifecycle }): void {
  const drift = gauge('punctual.payouts.drift');
  every(deps, {
    name: 'watch drift',
    pauseMs: 3_600_000,
    run: async (signal) => {
      const at = deps.now();
      const pages: ReconciliationPage[] = [];
      do pages.push(await reconcile({ ...deps, now: () => at }, pages.at(-1)?.nextUntil));
      while (pages.at(-1)?.nextUntil && !signal.aborted);
      if (signal.aborted) return;
      // Without the provider the counts are unknown, not 0: tried again soon.
      if (deps.provider && !pages.every((page) => page.providerCompared))
        throw new Error('The payment provider could not be compared');

      for (const kind of DriftKind.options) {
        const count = pages.reduce((sum, { counts }) => sum + (counts.get(kind) ?? 0), 0);
        drift.record(count, { kind });
      }
      const items = pages.flatMap((look) => look.items.slice(0, 10)).slice(0, 10);
      if (items.length > 0) deps.logger.warn({ items }, 'The books do not agree');
    },
  });
}
