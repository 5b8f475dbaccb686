import { type AssignmentState, statusAt } from './assignment.ts';
import { type AcceptedChange, change, noWindow } from './change.ts';

/** Expires a proposal that nobody answered in time, as the system; undefined while it still waits. */
export function expire(assignment: AssignmentState, now: Temporal.Instant): AcceptedChange | undefined {
  if (assignment.status === statusAt(assignment, now)) return undefined;
  const details = { type: 'schedule.expired', actor: { id: null, role: 'system' }, at: now } as const;
  return change(assignment, details, { ...noWindow, status: 'UNSCHEDULED' });
}
