import { DomainError } from '@punctual/chassis/domain';
import { change } from './change.ts';
import { type AssignmentSituation, type Decision, decide } from './decide.ts';
import { hasBegun } from './has-begun.ts';

/**
 * Says that the work is done, and the job with it.
 * @throws DomainError `not-started`
 */
export function complete(situation: AssignmentSituation): Decision {
  const { acting, now } = situation;
  return decide(situation, 'complete', (assignment) => {
    if (!hasBegun(assignment, now)) {
      throw new DomainError('not-started', 'The work can be completed once its window has begun.');
    }
    const details = { type: 'schedule.completed', actor: acting, at: now } as const;
    return { changes: [change(assignment, details, { status: 'COMPLETED' })], job: { status: 'DONE' } };
  });
}
