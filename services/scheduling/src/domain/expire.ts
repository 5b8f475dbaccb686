import { type Assignment, statusAt } from './assignment.ts';
import { type Change, change, noWindow } from './change.ts';

/** The end of a proposal that nobody answered in time, by the system; undefined while it still waits. */
export function expire(assignment: Assignment, now: Temporal.Instant): Change | undefined {
  if (assignment.status === statusAt(assignment, now)) return undefined;
  const details = { type: 'schedule.expired', actor: { id: null, role: 'system' }, at: now } as const;
  return change(assignment, details, { ...noWindow, status: 'UNSCHEDULED' });
}
