import type { AssignmentState } from './assignment.ts';

/** Whether the window has begun. */
export function hasBegun({ scheduledStart }: AssignmentState, now: Temporal.Instant): boolean {
  return scheduledStart !== null && Temporal.Instant.compare(scheduledStart, now) <= 0;
}
