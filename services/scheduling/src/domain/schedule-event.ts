import type { DisputeKind, ScheduleData, ScheduleEventType } from '@punctual/contracts';
import { type Assignment, windowOf } from './assignment.ts';
import type { Change } from './change.ts';
import { formatWindow } from './format-time.ts';

/** The `data` of the event of a change, so complete that nobody has to ask back (design §5). */
export function scheduleEventData(change: Change, linkBase: string): ScheduleData & { kind?: DisputeKind } {
  const { type, before, after } = change;
  // A reject or an expiry tells of the window that is gone.
  const told = tellsOfThePast.has(type) ? before : after;
  const reschedules = type === 'schedule.proposed' && before.status === 'CONFIRMED';
  return {
    assignmentId: after.id,
    jobId: after.jobId,
    customerId: after.customerId,
    providerId: after.providerId,
    scheduleVersion: after.scheduleVersion,
    status: after.status,
    actor: change.actor,
    window: presentWindow(told),
    previousWindow: reschedules ? presentWindow(before) : null,
    proposedBy: told.scheduleProposedBy,
    notes: told.scheduleNotes,
    reason: change.reason,
    outcome: change.outcome,
    nextAssignmentId: change.nextAssignmentId,
    price: { amountMinor: after.priceAmountMinor, currency: after.priceCurrency },
    link: `${linkBase}/assignments/${after.id}`,
    ...(change.kind && { kind: change.kind }),
  };
}

const tellsOfThePast = new Set<ScheduleEventType>(['schedule.rejected', 'schedule.expired']);

function presentWindow(assignment: Assignment) {
  const window = windowOf(assignment);
  return window && formatWindow(window, assignment.timezone);
}
