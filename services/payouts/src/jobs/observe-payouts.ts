import { type Lifecycle, observed, observeTogether } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import { PayoutStatus } from '@punctual/contracts';
import { readSums, waitingSeconds } from '../persistence/payout-sums.ts';

/**
 * Reports how many payouts are in each status, and how long the oldest one has waited for approval.
 * A database that does not answer is reported as nothing, not as 0.
 */
export function observePayouts({ database, lifecycle }: { database: Database; lifecycle: Lifecycle }): void {
  const byStatus = observed('punctual.payouts.by_status');
  const oldestWaiting = observed('punctual.payouts.oldest_waiting');
  observeTogether(
    [byStatus, oldestWaiting],
    async (result) => {
      const sums = await readSums(database, undefined);
      for (const status of PayoutStatus.options) {
        const ofStatus = sums.filter((sum) => sum.status === status);
        result.observe(
          byStatus,
          ofStatus.reduce((total, { count }) => total + Number(count), 0),
          { status },
        );
      }
      result.observe(oldestWaiting, await waitingSeconds(database));
    },
    lifecycle.signal,
  );
}
