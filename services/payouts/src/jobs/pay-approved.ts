import { every, type Lifecycle } from '@punctual/chassis';
import { type PayDeps, payPayout } from '../commands/pay/pay-payout.ts';
import { claimPayments } from '../persistence/payment-claims.ts';

/** How many are paid at once by one instance. */
const most = 8;

/**
 * A claim holds for `leaseMs`, which is longer than a look-up and a call take. If it runs out, the
 * idempotency key still keeps the payment from being made twice.
 */
type WorkerDeps = PayDeps & { leaseMs: number; lifecycle: Lifecycle };

/**
 * Pays what is approved, up to {@link most} at once: as one ends the next is claimed, and when
 * nothing is left it looks from time to time. A stop claims no more and waits for those under way.
 */
export function payApproved(deps: WorkerDeps): void {
  const underWay = new Set<Promise<void>>();
  deps.lifecycle.onShutdown('payments under way', () => Promise.all(underWay));
  every(deps, {
    name: 'pay approved payouts',
    pauseMs: 500,
    run: async (signal) => {
      while (!signal.aborted) {
        const free = most - underWay.size;
        const claimed = await claimPayments(deps.database, { most: free, leaseMs: deps.leaseMs });
        for (const claim of claimed) {
          const payment = payPayout(deps, claim)
            // It is claimed again when its lease ends.
            .catch((error: unknown) => deps.logger.error({ err: error }, 'A payment was interrupted'))
            .finally(() => underWay.delete(payment));
          underWay.add(payment);
        }
        if (claimed.length < free) return;
        if (underWay.size === most) await Promise.race(underWay);
      }
    },
  });
}
