import type { Received } from '@punctual/chassis';
import { commitWith, type Database, inTransaction, rememberNew } from '@punctual/chassis/postgres';
import type { PayoutEvent } from '@punctual/contracts';
import { lockAssignments, payoutCopyWrites } from '../persistence/copies.ts';

export const payoutConsumer = 'scheduling-payout';

/** Keeps `payoutStatus`, `payoutApprovedBy` and `payoutApprovedAt` in step with what payouts says. */
export async function onPayoutEvents(
  { database }: { database: Database },
  messages: readonly Received<PayoutEvent>[],
): Promise<void> {
  await inTransaction(database, async (em) => {
    const told = (await rememberNew(em, payoutConsumer, messages)).map(({ event }) => event.data);
    await lockAssignments(
      em,
      told.map(({ assignmentId }) => assignmentId),
    );
    await commitWith(em, payoutCopyWrites(told));
  });
}
