import { randomUUIDv7 } from 'node:crypto';
import { inboxInsert, type OutboxRelay } from '@punctual/chassis';
import { type Database, inTransaction } from '@punctual/chassis/postgres';
import type { ScheduleEvent } from '@punctual/contracts';
import { applyScheduleEvent } from '../domain/apply-schedule-event.ts';
import { lockAssignmentView, saveAssignmentView } from '../persistence/assignment-views.ts';
import { lockPayout, savePayout } from '../persistence/payouts.ts';

export type FollowDeps = { database: Database; relay: OutboxRelay; consumer: string; twoPersonMinor: number };

/**
 * Applies one event of an assignment, once, in one transaction: what it says is remembered, and
 * what follows for the payout is saved and told. The lock on the view lets several instances work on the
 * events of one assignment at once.
 */
export async function followSchedule(deps: FollowDeps, event: ScheduleEvent): Promise<void> {
  const { actor, reason, assignmentId } = event.data;
  await inTransaction(deps.database, async (em) => {
    const isNew = (await em.execute(...inboxInsert(deps.consumer, event.id))).length > 0;
    if (!isNew) return;
    const known = {
      view: await lockAssignmentView(em, assignmentId),
      payout: (await lockPayout(em, { assignmentId })) ?? undefined,
    };
    const opening = { id: randomUUIDv7(), twoPersonMinor: deps.twoPersonMinor };
    const { view, versions } = applyScheduleEvent(known, event, opening, new Date());

    await saveAssignmentView(em, view);
    let before = known.payout;
    for (const after of versions) {
      await savePayout(em, before, after, { actor, source: 'EVENT', reason });
      before = after;
    }
  });
  deps.relay.wake();
}
