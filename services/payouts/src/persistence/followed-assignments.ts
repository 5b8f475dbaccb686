import type { Statement } from '@punctual/chassis/postgres';
import type { ScheduleEvent } from '@punctual/contracts';
import type { FollowedAssignment } from '../domain/apply-schedule-event.ts';
import { selectViews, toView, type ViewColumns } from './assignment-views.ts';
import { type HoldColumns, type PayoutColumns, selectHolds, selectPayouts, toPayouts } from './payout-columns.ts';

export type FollowedRows = [ViewColumns[], PayoutColumns[], HoldColumns[]];

/**
 * Locks the known assignments with their payouts until the transaction ends. The order of the ids
 * keeps two instances from a deadlock.
 */
export function lockFollowed(
  messages: readonly { readonly event: ScheduleEvent }[],
): [Statement, Statement, Statement] {
  const ids = new Set(messages.map(({ event }) => event.data.assignmentId));
  const condition: Statement = ['assignment_id = any(?::uuid[])', [[...ids]]];
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
