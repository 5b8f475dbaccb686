import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { outboxRow } from '@punctual/chassis';
import { insertRows, type Statement, upsertRows } from '@punctual/chassis/postgres';
import type { Known } from '../domain/apply-schedule-event.ts';
import { unknownAssignment } from '../domain/assignment-view.ts';
import type { Payout } from '../domain/payout.ts';
import { AssignmentViewRow, toView } from './assignment-view-row.ts';
import { withHolds, writeHolds } from './payout-holds.ts';
import { PayoutRow, toRow } from './payout-row.ts';
import { type Change, payoutEvent, timelineItem } from './payout-version.ts';

/** A payout went from one version to the next. */
export type Step = { before: Payout | undefined; after: Payout; change: Change; traceparent: string | undefined };

/**
 * What is known of some assignments, by id; nobody else adds to it until the transaction ends, also of those that are heard of for
 * the first time. Always locked in the order of the ids, so that two instances wait for each other and never both.
 */
export async function lockKnown(em: EntityManager, assignmentIds: Iterable<string>): Promise<Map<string, Known>> {
  const ids = [...new Set(assignmentIds)].toSorted();
  for (const statement of insertRows('assignment_view', ids.map(unknownAssignment), 'on conflict do nothing')) {
    await em.execute(statement[0], [...statement[1]]);
  }
  const locked = {
    lockMode: LockMode.PESSIMISTIC_WRITE,
    orderBy: { assignmentId: 'asc' },
    disableIdentityMap: true,
  } as const;
  const views = await em.find(AssignmentViewRow, { assignmentId: { $in: ids } }, locked);
  const payouts = await em.find(PayoutRow, { assignmentId: { $in: ids } }, locked);
  const payoutOf = new Map((await withHolds(em, payouts)).map((payout) => [payout.assignmentId, payout]));
  return new Map(views.map((row) => [row.assignmentId, { view: toView(row), payout: payoutOf.get(row.assignmentId) }]));
}

/** The statements that write what became of assignments that are locked: their latest state, and every step on the way. */
export function writesOf(known: readonly Known[], steps: readonly Step[]): Statement[] {
  const moved = new Set(steps.map(({ after }) => after.id));
  const payouts = known.flatMap(({ payout }) => (payout && moved.has(payout.id) ? [payout] : []));
  const timeline = steps.map(({ before, after, change, traceparent }) =>
    timelineItem(before, after, change, traceparent),
  );
  const events = steps.map(({ after, traceparent }) => payoutEvent(after, traceparent));
  return [
    ...upsertRows(
      'assignment_view',
      'assignment_id',
      known.map(({ view }) => view),
    ),
    ...upsertRows('payout', 'id', payouts.map(toRow)),
    ...writeHolds(payouts),
    ...insertRows('payout_timeline', timeline),
    ...insertRows('outbox', events.map(outboxRow)),
  ];
}
