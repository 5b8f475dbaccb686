import { DomainError } from '@punctual/chassis/domain';
import type { ActionName, ProblemCode, Role } from '@punctual/contracts';
import { type Assignment, type Job, statusAt } from './assignment.ts';

/** Who asks, as the token says. */
export type Caller = { readonly id: string; readonly roles: readonly Role[] };

/** The caller in the one role in which the command is theirs to give. */
export type Acting = { readonly id: string; readonly role: Role };

/** The roles that each command is for (api.md). Proposing has two paths, which narrow it further. */
export const rolesFor: Record<ActionName, readonly Role[]> = {
  propose: ['customer', 'provider', 'ops'],
  confirm: ['customer', 'provider'],
  reject: ['customer', 'provider'],
  cancel: ['customer', 'ops'],
  complete: ['provider', 'ops'],
  dispute: ['customer', 'provider', 'ops'],
};

/** What the caller is to the assignment; nothing at all means that they may not know of it. */
export function capacities(caller: Caller, assignment: Assignment): Role[] {
  const own = { customer: assignment.customerId, provider: assignment.providerId };
  return caller.roles.filter((role) => (role === 'customer' || role === 'provider' ? own[role] === caller.id : true));
}

/** Whether a job is the caller's to command: its customer's, or ops'. */
export function commandsJob({ id, roles }: Caller, job: Job): boolean {
  return roles.includes('ops') || (roles.includes('customer') && job.customerId === id);
}

/**
 * The role in which the caller gives the command.
 * @throws DomainError `not-found`, `forbidden`, `own-proposal`
 */
export function authorize(
  caller: Caller,
  assignment: Assignment,
  action: ActionName,
  now: Temporal.Instant,
  roles: readonly Role[] = rolesFor[action],
): Acting {
  const known = capacities(caller, assignment);
  if (known.length === 0) throw noSuchAssignment();
  const acting = roles.find((role) => known.includes(role));
  if (!acting) throw new DomainError('forbidden', `This is for ${roles.join(' or ')}.`);
  if (action === 'confirm' && isOwnProposal(assignment, acting, now)) {
    throw new DomainError('own-proposal', 'The other side has to confirm your proposal.');
  }
  return { id: caller.id, role: acting };
}

/** The code that {@link authorize} would refuse with, for a caller who may see the assignment. */
export function whyNotAuthorized(
  caller: Caller,
  assignment: Assignment,
  action: ActionName,
  now: Temporal.Instant,
): ProblemCode | undefined {
  try {
    authorize(caller, assignment, action, now);
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

export function noSuchAssignment(): DomainError {
  return new DomainError('not-found', 'There is no such assignment.');
}

function isOwnProposal(assignment: Assignment, role: Role, now: Temporal.Instant): boolean {
  return statusAt(assignment, now) === 'PROPOSED' && assignment.scheduleProposedBy === role.toUpperCase();
}
