import type { AssignmentStatus, ScheduleEventType } from '@punctual/contracts';
import type { AssignmentState } from './assignment.ts';
import { type AcceptedChange, change } from './change.ts';

/** The event whose consumers end at a status. */
const saidBy = {
  UNSCHEDULED: 'schedule.expired',
  PROPOSED: 'schedule.proposed',
  CONFIRMED: 'schedule.confirmed',
  COMPLETED: 'schedule.completed',
  CANCELLED: 'schedule.cancelled',
  DECLINED: 'schedule.rejected',
} as const satisfies Record<AssignmentStatus, ScheduleEventType>;

/** Why an assignment is said again, and at which version. */
export type Restatement = {
  version: number;
  withdrawnEventIds: readonly string[];
  at: Temporal.Instant;
  reason: string;
};

/**
 * Says again how an assignment is, at a version above all that its consumers have seen, because some
 * of it no longer holds.
 */
export function restate(
  assignment: AssignmentState,
  { version, withdrawnEventIds, at, reason }: Restatement,
): AcceptedChange {
  const type = saidBy[assignment.status];
  const outcome = type === 'schedule.rejected' ? 'QUOTES_REOPENED' : null;
  const actor = { id: null, role: 'system' } as const;
  return change(
    { ...assignment, scheduleVersion: version - 1 },
    { type, actor, at, reason, outcome, withdrawnEventIds },
    {},
  );
}
