import { every, type Lifecycle } from '@punctual/chassis';
import { type PayDeps, payPayout } from '../commands/pay-payout.ts';
import { claimPayments } from '../persistence/payment-claims.ts';

/** How many are paid at once by one instance. */
const most = 8;

/** A claim holds for `leaseMs`: longer than a look-up and a call take. That it might not is no danger, for the key is the same. */
type WorkerDeps = PayDeps & { leaseMs: number };

/** Pays what is approved, again and again, until nothing is left; then looks from time to time. */
export function payApproved(deps: WorkerDeps & { lifecycle: Lifecycle }): void {
  every(deps, {
    name: 'pay approved payouts',
    pauseMs: 500,
    run: async (signal) => {
      while (!signal.aborted && (await payOnce(deps)) > 0);
    },
  });
}

/** Pays one handful. One that fails is claimed again when its lease is over, and keeps none of the others. */
async function payOnce(deps: WorkerDeps): Promise<number> {
  const claimed = await claimPayments(deps.database.fork(), { most, leaseMs: deps.leaseMs });
  const paid = await Promise.allSettled(claimed.map((claim) => payPayout(deps, claim)));
  for (const one of paid) {
    if (one.status === 'rejected') deps.logger.error({ err: one.reason }, 'a payment broke off');
  }
  return claimed.length;
}
