import { change } from './change.ts';
import { type AssignmentSituation, type Decision, decide } from './decide.ts';

/** Calls the work off, and the job with it. The window stays to be read. */
export function cancel(situation: AssignmentSituation, { reason }: { reason: string }): Decision {
  const { acting, now } = situation;
  const details = { type: 'schedule.cancelled', actor: acting, at: now, reason } as const;
  return decide(situation, 'cancel', (assignment) => ({
    changes: [change(assignment, details, { status: 'CANCELLED', proposalExpiresAt: null })],
    job: { status: 'CANCELLED' },
  }));
}
