import { insertRows, type Statement } from '@punctual/chassis/postgres';
import type { FollowedAssignment } from '../domain/apply-schedule-event.ts';
import { unknownAssignment } from '../domain/assignment-view.ts';
import { selectViews, toView, type ViewColumns } from './assignment-views.ts';
import { type HoldColumns, type PayoutColumns, selectHolds, selectPayouts, toPayouts } from './payout-columns.ts';

export type FollowedRows = [ViewColumns[], PayoutColumns[], HoldColumns[]];

/** Adds assignments that are not known yet. In the order of the ids, as they are locked. */
export function insertUnknown(assignmentIds: readonly string[]): Statement {
  const [insert] = insertRows(
    'assignment_view',
    ordered(assignmentIds).map(unknownAssignment),
    'on conflict do nothing',
  );
  if (!insert) throw new Error('There is no assignment to follow.');
  return insert;
}

/**
 * Locks assignments with their payouts until the transaction ends. The order of the ids keeps two
 * instances from a deadlock.
 */
export function lockFollowed(assignmentIds: readonly string[]): [Statement, Statement, Statement] {
  const condition: Statement = ['assignment_id = any(?::uuid[])', [ordered(assignmentIds)]];
  const locked = ([sql, parameters]: Statement): Statement => [`${sql} order by assignment_id for update`, parameters];
  return [locked(selectViews(condition)), locked(selectPayouts(condition)), selectHolds(condition)];
}

/** By the id of the assignment. */
export function toFollowed([views, payouts, holds]: FollowedRows): Map<string, FollowedAssignment> {
  const payoutOf = new Map(toPayouts(payouts, holds).map((payout) => [payout.assignmentId, payout]));
  return new Map(
    views.map((row) => [row.assignment_id, { view: toView(row), payout: payoutOf.get(row.assignment_id) }]),
  );
}

function ordered(ids: readonly string[]): string[] {
  return [...new Set(ids)].toSorted();
}
