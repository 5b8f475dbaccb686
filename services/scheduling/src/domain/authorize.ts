import { DomainError } from '@punctual/chassis/domain';
import type { ActionName, ProblemCode, Role } from '@punctual/contracts';
import { type AssignmentState, type JobState, statusAt } from './assignment.ts';

/** Who asks, as the token says. */
export type AssignmentCaller = { readonly id: string; readonly roles: readonly Role[] };

/** The caller in the one role in which they give the command. */
export type ActingRole = { readonly id: string; readonly role: Role };

/** The roles that may give each command (api.md). Proposing has two paths, which narrow it further. */
export const rolesFor: Record<ActionName, readonly Role[]> = {
  propose: ['customer', 'provider', 'ops'],
  confirm: ['customer', 'provider'],
  reject: ['customer', 'provider'],
  cancel: ['customer', 'ops'],
  complete: ['provider', 'ops'],
  dispute: ['customer', 'provider', 'ops'],
};

/** The caller's roles towards the assignment. Without any, it is not visible to them. */
export function capacities(caller: AssignmentCaller, assignment: AssignmentState): Role[] {
  const own = { customer: assignment.customerId, provider: assignment.providerId };
  return caller.roles.filter((role) => (role === 'customer' || role === 'provider' ? own[role] === caller.id : true));
}

/** Whether the caller may command a job: its customer or ops. */
export function commandsJob({ id, roles }: AssignmentCaller, job: JobState): boolean {
  return roles.includes('ops') || (roles.includes('customer') && job.customerId === id);
}

/** @throws DomainError `forbidden` */
export function requireCommandOf(caller: AssignmentCaller, job: JobState): void {
  if (!commandsJob(caller, job))
    throw new DomainError('forbidden', 'Only the customer of the job and ops may do this.');
}

/** What a command is judged on beside the assignment. */
export type ProposalFacts = {
  readonly now: Temporal.Instant;
  /** The person who made the open proposal, in whatever role; null when nothing is proposed. */
  readonly proposerId: string | null;
};

/**
 * Determines the role in which the caller gives the command.
 * @throws DomainError `not-found`, `forbidden`, `own-proposal`
 */
export function authorize(
  caller: AssignmentCaller,
  assignment: AssignmentState,
  action: ActionName,
  facts: ProposalFacts,
  roles: readonly Role[] = rolesFor[action],
): ActingRole {
  const judged = judge(caller, assignment, action, facts, roles);
  if ('code' in judged) throw new DomainError(judged.code, judged.detail);
  return judged;
}

export function noSuchAssignment(): DomainError {
  return new DomainError(unknown.code, unknown.detail);
}

export type Denial = { readonly code: ProblemCode; readonly detail: string };

const unknown: Denial = { code: 'not-found', detail: 'There is no such assignment.' };

/**
 * {@link authorize} with the refusal as a value: six actions are judged whenever an assignment is read,
 * and an error with its stack is expensive.
 */
export function judge(
  caller: AssignmentCaller,
  assignment: AssignmentState,
  action: ActionName,
  facts: ProposalFacts,
  roles: readonly Role[] = rolesFor[action],
): ActingRole | Denial {
  const known = capacities(caller, assignment);
  if (known.length === 0) return unknown;
  const role = roles.find((each) => known.includes(each));
  if (!role) return { code: 'forbidden', detail: `Only ${roles.join(' or ')} may do this.` };
  if (action === 'confirm' && isOwnProposal(assignment, { id: caller.id, role }, facts)) {
    return { code: 'own-proposal', detail: 'Another person must confirm your proposal.' };
  }
  return { id: caller.id, role };
}

/** Judged by person: who proposed as ops cannot confirm as the provider. */
function isOwnProposal(
  assignment: AssignmentState,
  { id, role }: ActingRole,
  { now, proposerId }: ProposalFacts,
): boolean {
  if (statusAt(assignment, now) !== 'PROPOSED') return false;
  return proposerId === id || assignment.scheduleProposedBy === role.toUpperCase();
}
