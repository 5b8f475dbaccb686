import type { Received, Refusal } from '@punctual/chassis';
import { type EventIds, findContradiction, withEventId } from '@punctual/chassis/domain';
import { type Database, inboxDelete, recordInInbox } from '@punctual/chassis/postgres';
import type { PayoutData, PayoutEvent } from '@punctual/contracts';
import { nextUpdate } from '../domain/assignment.ts';
import { type CopiesColumns, lockCopies, savePayouts, toCopiesById } from '../persistence/projections.ts';

export type ProjectionDeps = { database: Database; consumer: string; now: () => Temporal.Instant };

/**
 * Keeps `payoutStatus`, `payoutApprovedBy` and `payoutApprovedAt` in step with events of payouts.
 * @returns refusals of events whose version is known with another event; they change nothing
 */
export function projectPayouts(
  { database, consumer, now }: ProjectionDeps,
  messages: readonly Received<PayoutEvent>[],
): Promise<readonly Refusal[]> {
  return database.transaction(async (transaction) => {
    const { unprocessed, rows } = await recordInInbox<PayoutEvent, [CopiesColumns[]]>(transaction, consumer, messages, [
      lockCopies(messages),
    ]);
    const events = unprocessed.map(({ event }) => event);
    const locked = toCopiesById(rows[0]);
    const newest = new Map<string, { payout: PayoutData; eventIds: EventIds }>();
    const refused: Refusal[] = [];
    for (const { id, data: payout } of events) {
      const { assignmentId, version } = payout;
      const before = locked.get(assignmentId);
      if (!before) continue;
      const known = newest.get(assignmentId);
      const eventIds = known?.eventIds ?? before.payoutEventIds;
      const reason = findContradiction(eventIds, version, id);
      if (reason !== undefined) refused.push({ id, cause: 'contradiction', reason });
      else if (version > (known?.payout.version ?? before.payoutVersion))
        newest.set(assignmentId, { payout, eventIds: withEventId(eventIds, version, id) });
    }
    const changed = [...newest.values()].flatMap((each) => {
      const before = locked.get(each.payout.assignmentId);
      return before ? [{ ...each, updatedAt: nextUpdate(before, now()) }] : [];
    });
    await transaction.commit([...savePayouts(changed), ...inboxDelete(consumer, ...refused.map(({ id }) => id))]);
    return refused;
  });
}
