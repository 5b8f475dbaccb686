import { type Database, inTransaction } from '@punctual/chassis/postgres';
import type { PayoutEvent } from '@punctual/contracts';
import { isNew, savePayoutCopy } from '../persistence/copies.ts';

export const payoutConsumer = 'scheduling-payout';

/** Keeps `payoutStatus`, `payoutApprovedBy` and `payoutApprovedAt` in step with what payouts says. */
export async function onPayoutEvent({ database }: { database: Database }, event: PayoutEvent): Promise<void> {
  await inTransaction(database, async (em) => {
    if (await isNew(em, payoutConsumer, event.id)) await savePayoutCopy(em, event.data);
  });
}
