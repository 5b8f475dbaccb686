import type { AssignmentView } from './assignment-view.ts';
import { addHolds, liftHolds, openHolds } from './holds.ts';
import { approvalStatus, move, type PayoutState } from './payout.ts';

/**
 * Moves a payout to where its assignment is. Depends on the view alone, never on the event that
 * changed it, so that events out of order end where those in order do.
 * @returns the payout itself when nothing follows
 */
export function followAssignment(payout: PayoutState, view: AssignmentView, now: Temporal.Instant): PayoutState {
  if (payout.status === 'PAID') return payout;
  // A lifted hold stays known, so it does not come back.
  const unknown = view.holds.filter(({ id }) => !payout.holds.some((hold) => hold.id === id));
  if (unknown.length > 0) {
    return move(payout, 'events', 'BLOCKED', { holds: addHolds(payout.holds, unknown) }, now);
  }
  if (payout.status !== 'PENDING') return payout;
  if (view.status === 'COMPLETED') return move(payout, 'events', 'AWAITING_APPROVAL', {}, now);
  const onHold = waitsForConfirmation(view);
  return payout.onHold === onHold ? payout : move(payout, 'events', 'PENDING', { onHold }, now);
}

/**
 * Lifts the holds of events that no longer hold, since scheduling was restored.
 * @returns the payout itself when none of them stops it
 */
export function liftWithdrawn(payout: PayoutState, view: AssignmentView, now: Temporal.Instant): PayoutState {
  const ids = new Set(view.withdrawnEventIds);
  if (!openHolds(payout.holds).some(({ id }) => ids.has(id))) return payout;
  const holds = liftHolds(payout.holds, ids, null, now);
  if (openHolds(holds).length > 0) return move(payout, 'restore', 'BLOCKED', { holds }, now);
  const { status, onHold } = standing(payout, view);
  return move(payout, 'restore', status, { holds, onHold }, now);
}

/** Where a payout stands by its assignment once nothing blocks it. */
export function standing(payout: PayoutState, view: AssignmentView): Pick<PayoutState, 'status' | 'onHold'> {
  if (view.status === 'COMPLETED') return { status: approvalStatus(payout), onHold: false };
  return { status: 'PENDING', onHold: waitsForConfirmation(view) };
}

/** True while a window that was confirmed once is not agreed upon any more. */
export function waitsForConfirmation({ status }: AssignmentView): boolean {
  return status === 'UNSCHEDULED' || status === 'PROPOSED';
}
