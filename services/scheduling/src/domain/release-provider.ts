import { assigned, change, noWindow } from './change.ts';
import { newAssignment } from './create-assignment.ts';
import { type AssignmentSituation, type Decision, decide } from './decide.ts';
import { type Rejection, rejected, rejectedFields, requireReason } from './rejection.ts';

export type ReleaseSituation = AssignmentSituation & {
  /** Whom the job invites once this provider is released; null: it asks for quotes again. */
  readonly nextProviderId: string | null;
};

/**
 * Releases the provider; the job goes to the next one of its queue, or asks for quotes again.
 * @throws DomainError `reason-required`
 */
export function releaseProvider(situation: ReleaseSituation, rejection: Rejection): Decision {
  const { acting, now, newId, nextProviderId } = situation;
  return decide(situation, 'releaseProvider', (assignment) => {
    requireReason(rejection, acting);
    const next = nextProviderId === null ? undefined : newAssignment(assignment, nextProviderId, newId(), now);
    const declined = change(
      assignment,
      {
        ...rejected(rejection, acting, now),
        outcome: next ? 'NEXT_PROVIDER_INVITED' : 'QUOTES_REOPENED',
        nextAssignmentId: next?.id ?? null,
        nextProviderId,
      },
      { ...noWindow, ...rejectedFields(rejection, now), status: 'DECLINED', nextAssignmentId: next?.id ?? null },
    );
    if (!next) return { changes: [declined], job: { status: 'OPEN', currentAssignmentId: null } };
    // By the system: the next provider may not know who was released.
    const invited = assigned(next, { id: null, role: 'system' });
    return { changes: [declined], job: { currentAssignmentId: next.id }, next: invited };
  });
}
