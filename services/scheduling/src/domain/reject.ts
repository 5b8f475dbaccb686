import { DomainError } from '@punctual/chassis/domain';
import type { RejectScope } from '@punctual/contracts';
import type { Assignment } from './assignment.ts';
import type { Acting } from './authorize.ts';
import { type Change, change, noWindow } from './change.ts';
import { newAssignment } from './create-assignment.ts';
import type { Context, Decision, State } from './decide.ts';
import { type ProposalRules, type Propose, propose } from './propose.ts';

export type Reject = {
  reason?: string | undefined;
  scope?: RejectScope | undefined;
  counter?: Propose | undefined;
};

/**
 * Turns the window down, and with a counter-proposal puts another in its place (design §4.4).
 * @throws DomainError `reason-required`, and the codes of {@link propose}
 */
export function rejectWindow(
  assignment: Assignment,
  command: Reject,
  acting: Acting,
  now: Temporal.Instant,
  rules: ProposalRules,
): Change[] {
  requireReason(command, acting);
  const rejected = change(
    assignment,
    { ...rejection(command, acting, now), outcome: 'WINDOW_REJECTED' },
    { ...noWindow, ...rejectedFields(command, now), status: 'UNSCHEDULED' },
  );
  if (!command.counter) return [rejected];
  return [rejected, propose(rejected.after, command.counter, acting, now, rules)];
}

/**
 * Releases the provider; the job goes to the next one of its queue, or asks for quotes again.
 * @throws DomainError `reason-required`
 */
export function releaseProvider(
  { assignment, nextProviderId }: State,
  command: Reject,
  { acting, now, newId }: Context,
): Decision {
  requireReason(command, acting);
  const next = nextProviderId === null ? undefined : newAssignment(assignment, nextProviderId, newId(), now);
  const declined = change(
    assignment,
    {
      ...rejection(command, acting, now),
      outcome: next ? 'NEXT_PROVIDER_INVITED' : 'QUOTES_REOPENED',
      nextAssignmentId: next?.id ?? null,
    },
    { ...noWindow, ...rejectedFields(command, now), status: 'DECLINED' },
  );
  if (!next) return { changes: [declined], job: { status: 'OPEN', currentAssignmentId: null } };
  return { changes: [declined], job: { currentAssignmentId: next.id }, next };
}

/** A provider lets go of the work unless they say otherwise, a customer of the window only; a counter keeps both together. */
export function scopeOf(command: Reject, acting: Acting): RejectScope {
  if (command.counter) return 'window';
  return command.scope ?? (acting.role === 'provider' ? 'assignment' : 'window');
}

function requireReason({ reason }: Reject, acting: Acting): void {
  if (acting.role !== 'provider' || reason) return;
  throw new DomainError('reason-required', 'A provider who rejects has to say why.');
}

function rejection({ reason = null }: { reason?: string | null | undefined }, acting: Acting, now: Temporal.Instant) {
  return { type: 'schedule.rejected', actor: acting, at: now, reason } as const;
}

function rejectedFields({ reason }: Reject, now: Temporal.Instant): Partial<Assignment> {
  return { rejectedAt: now, rejectReason: reason ?? null };
}
