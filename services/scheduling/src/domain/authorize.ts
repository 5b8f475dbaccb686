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

/** What a command is judged on besides the assignment. */
export type Occasion = {
  readonly now: Temporal.Instant;
  /** The person who made the open proposal, in whatever role; null when nothing is proposed. */
  readonly proposerId: string | null;
};

/**
 * The role in which the caller gives the command.
 * @throws DomainError `not-found`, `forbidden`, `own-proposal`
 */
export function authorize(
  caller: Caller,
  assignment: Assignment,
  action: ActionName,
  occasion: Occasion,
  roles: readonly Role[] = rolesFor[action],
): Acting {
  const judged = judge(caller, assignment, action, occasion, roles);
  if ('code' in judged) throw new DomainError(judged.code, judged.detail);
  return judged;
}

export function noSuchAssignment(): DomainError {
  return new DomainError(unknown.code, unknown.detail);
}

export type Refusal = { readonly code: ProblemCode; readonly detail: string };

const unknown: Refusal = { code: 'not-found', detail: 'There is no such assignment.' };

/**
 * {@link authorize}, with the refusal as a value: six actions are judged whenever an assignment is read, and an error with its
 * stack is expensive.
 */
export function judge(
  caller: Caller,
  assignment: Assignment,
  action: ActionName,
  occasion: Occasion,
  roles: readonly Role[] = rolesFor[action],
): Acting | Refusal {
  const known = capacities(caller, assignment);
  if (known.length === 0) return unknown;
  const role = roles.find((each) => known.includes(each));
  if (!role) return { code: 'forbidden', detail: `This is for ${roles.join(' or ')}.` };
  if (action === 'confirm' && isOwnProposal(assignment, { id: caller.id, role }, occasion)) {
    return { code: 'own-proposal', detail: 'Somebody else has to confirm what you proposed.' };
  }
  return { id: caller.id, role };
}

/** Judged by person: whoever proposed as ops does not confirm as the provider. */
function isOwnProposal(assignment: Assignment, { id, role }: Acting, { now, proposerId }: Occasion): boolean {
  if (statusAt(assignment, now) !== 'PROPOSED') return false;
  return proposerId === id || assignment.scheduleProposedBy === role.toUpperCase();
}
