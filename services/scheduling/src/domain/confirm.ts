import type { Assignment } from './assignment.ts';
import type { Acting } from './authorize.ts';
import { type Change, change } from './change.ts';

/** Agrees to the latest proposal. That the provider's confirmed windows never overlap is the database's to decide. */
export function confirm(assignment: Assignment, acting: Acting, now: Temporal.Instant): Change {
  return change(
    assignment,
    { type: 'schedule.confirmed', actor: acting, at: now },
    { status: 'CONFIRMED', confirmedAt: now, proposalExpiresAt: null },
  );
}
