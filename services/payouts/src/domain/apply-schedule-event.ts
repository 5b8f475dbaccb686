import type { ScheduleEvent, ScheduleEventData, Uuid } from '@punctual/contracts';
import { type AssignmentView, remember } from './assignment-view.ts';
import { followAssignment, liftWithdrawn, waitsForConfirmation } from './follow-assignment.ts';
import { Amount } from './money.ts';
import type { PayoutState } from './payout.ts';

/** What payouts knows of an assignment, and its payout once there is one. */
export type FollowedAssignment = { view: AssignmentView; payout: PayoutState | undefined };

/**
 * What an opening needs: the new payout's id, and the minor units from which two people must
 * approve.
 */
export type Opening = { id: Uuid; twoPersonMinor: number };

/**
 * Applies one event, in any order: it updates the view, a confirmation opens the payout, and the
 * payout moves to where the assignment is.
 * @returns the new view, and the versions of the payout that follow, in order; most often none
 * or one
 */
export function applyScheduleEvent(
  known: FollowedAssignment,
  event: ScheduleEvent,
  opening: Opening,
  now: Temporal.Instant,
) {
  const view = remember(known.view, event);
  const opened =
    !known.payout && event.type === 'schedule.confirmed' ? openPayout(event.data, view, opening, now) : undefined;
  const payout = withTitle(known.payout ?? opened, view);
  const lifted = payout && liftWithdrawn(payout, view, now);
  const moved = lifted && followAssignment(lifted, view, now);
  const versions = [opened, lifted === payout ? undefined : lifted, moved === lifted ? undefined : moved];
  return { view, versions: versions.filter((version) => version !== undefined) };
}

function withTitle(payout: PayoutState | undefined, { jobTitle }: AssignmentView): PayoutState | undefined {
  return payout && payout.jobTitle !== jobTitle ? { ...payout, jobTitle } : payout;
}

/** On hold from the start if the assignment has a new proposal by now. */
function openPayout(
  confirmed: ScheduleEventData,
  view: AssignmentView,
  opening: Opening,
  now: Temporal.Instant,
): PayoutState {
  const { assignmentId, jobId, providerId, customerId, price } = confirmed;
  return {
    id: opening.id,
    assignmentId,
    jobId,
    providerId,
    customerId,
    amount: Amount.parse(price),
    jobTitle: view.jobTitle,
    status: 'PENDING',
    onHold: waitsForConfirmation(view),
    version: 1,
    approvals: [],
    approvalsNeeded: price.amountMinor >= opening.twoPersonMinor ? 2 : 1,
    accountVersion: null,
    holds: [],
    paidAt: null,
    paymentReference: null,
    paidTo: null,
    createdAt: now,
    updatedAt: now,
  };
}
