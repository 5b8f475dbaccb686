import type { Received } from '@punctual/chassis';
import { type Database, recordInInbox } from '@punctual/chassis/postgres';
import type { PayoutData, PayoutEvent } from '@punctual/contracts';
import { nextUpdate } from '../domain/assignment.ts';
import { lockCopies, savePayouts } from '../persistence/projections.ts';

export type ProjectionDeps = { database: Database; consumer: string; now: () => Temporal.Instant };

/**
 * Keeps `payoutStatus`, `payoutApprovedBy` and `payoutApprovedAt` in step with events of payouts.
 */
export async function projectPayouts(
  { database, consumer, now }: ProjectionDeps,
  messages: readonly Received<PayoutEvent>[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    const payouts = (await recordInInbox(transaction, consumer, messages)).map(({ event }) => event.data);
    const locked = await lockCopies(
      transaction,
      payouts.map(({ assignmentId }) => assignmentId),
    );
    const newest = new Map<string, PayoutData>();
    for (const payout of payouts) {
      const { assignmentId, version } = payout;
      const known = newest.get(assignmentId)?.version ?? locked.get(assignmentId)?.payoutVersion;
      if (known !== undefined && version > known) newest.set(assignmentId, payout);
    }
    const changed = [...newest.values()].flatMap((payout) => {
      const before = locked.get(payout.assignmentId);
      return before ? [{ payout, updatedAt: nextUpdate(before, now()) }] : [];
    });
    await transaction.commit(savePayouts(changed));
  });
}
