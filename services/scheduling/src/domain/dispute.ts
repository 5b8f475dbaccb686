import { DomainError } from '@punctual/chassis/domain';
import type { DisputeKind } from '@punctual/contracts';
import { change } from './change.ts';
import { type AssignmentSituation, type Decision, decide } from './decide.ts';
import { hasBegun } from './has-begun.ts';

/**
 * Says that something is wrong. The status stays, and so does what can be done next. `disputedAt` is
 * that of the first dispute.
 * @throws DomainError `not-started` for a no-show at a visit that is still to come
 */
export function dispute(
  situation: AssignmentSituation,
  { kind, reason }: { kind: DisputeKind; reason: string },
): Decision {
  const { acting, now } = situation;
  return decide(situation, 'dispute', (assignment) => {
    if (kind === 'NO_SHOW' && !hasBegun(assignment, now)) {
      throw new DomainError('not-started', 'Nobody can have missed a visit whose window has not begun.');
    }
    const details = { type: 'schedule.disputed', actor: acting, at: now, reason, kind } as const;
    return { changes: [change(assignment, details, { disputedAt: assignment.disputedAt ?? now })] };
  });
}
