import type { ScheduleEvent, ScheduleEventData, Uuid } from '@punctual/contracts';
import { type AssignmentView, remember } from './assignment-view.ts';
import { followAssignment, waitsForConfirmation } from './follow-assignment.ts';
import { Amount } from './money.ts';
import type { Payout } from './payout.ts';

/** What is known of an assignment, and its payout once there is one. */
export type Known = { view: AssignmentView; payout: Payout | undefined };

/** What an opening needs: the new payout's id, and the amount in minor units from which on two people must approve. */
export type Opening = { id: Uuid; twoPersonMinor: number };

/**
 * Applies one event, at whatever moment it comes: it is remembered, a confirmation opens the payout, and the payout
 * moves to where the assignment has come.
 * @returns the new view, and the versions of the payout that follow, in order: none, one, or for a late confirmation two
 */
export function applyScheduleEvent(known: Known, event: ScheduleEvent, opening: Opening, now: Date) {
  const view = remember(known.view, event);
  const opened =
    !known.payout && event.type === 'schedule.confirmed' ? openPayout(event.data, view, opening, now) : undefined;
  const payout = known.payout ?? opened;
  const moved = payout && followAssignment(payout, view, now);
  return { view, versions: [opened, moved === payout ? undefined : moved].filter((version) => version !== undefined) };
}

/** On hold from the start when the assignment has gone on to a new proposal since. */
function openPayout(confirmed: ScheduleEventData, view: AssignmentView, opening: Opening, now: Date): Payout {
  const { assignmentId, jobId, providerId, customerId, price } = confirmed;
  return {
    id: opening.id,
    assignmentId,
    jobId,
    providerId,
    customerId,
    amount: Amount.parse(price),
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
