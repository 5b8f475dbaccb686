import { change } from './change.ts';
import { type AssignmentSituation, type Decision, decide } from './decide.ts';

/**
 * Agrees to the latest proposal. The database decides that the provider's confirmed windows never
 * overlap.
 */
export function confirm(situation: AssignmentSituation): Decision {
  const { acting, now } = situation;
  return decide(situation, 'confirm', (assignment) => ({
    changes: [
      change(
        assignment,
        { type: 'schedule.confirmed', actor: acting, at: now },
        { status: 'CONFIRMED', confirmedAt: now, proposalExpiresAt: null },
      ),
    ],
  }));
}
