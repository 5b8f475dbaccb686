import { DomainError } from '@punctual/chassis/domain';
import type { Actor, Role, Uuid } from '@punctual/contracts';
import type { PayoutState } from './payout.ts';
import { type CommandName, whoMay } from './transitions.ts';

/** Who asks, and as what. */
type Person = { id: Uuid; roles: readonly Role[] };

/** Roles that see every payout. A provider sees their own; a customer sees none. */
const overseers: readonly Role[] = ['finance', 'ops'];

/** @throws DomainError `not-found` */
export function assertVisible(person: Person, payout: Pick<PayoutState, 'providerId'> | undefined): asserts payout {
  const isProvider = person.roles.includes('provider') && person.id === payout?.providerId;
  if (!payout || !(isProvider || hasAny(person, overseers))) throw new DomainError('not-found', 'Payout not found.');
}

/** @throws DomainError `forbidden` */
export function assertOverseer(person: Person): void {
  if (!hasAny(person, overseers)) throw new DomainError('forbidden', 'Only finance and ops may see this.');
}

/**
 * Returns whose payouts a list or sum is of: all providers' when undefined.
 * @throws DomainError `forbidden` for a customer, and for a provider who asks for another's
 */
export function assertMayList(person: Person, providerId: Uuid | undefined): Uuid | undefined {
  if (hasAny(person, overseers)) return providerId;
  if (!person.roles.includes('provider')) {
    throw new DomainError('forbidden', 'Payouts are for their provider, finance and ops.');
  }
  if (providerId !== undefined && providerId !== person.id) {
    throw new DomainError('forbidden', 'You can list your own payouts only.');
  }
  return person.id;
}

/** @throws DomainError `forbidden`, and `own-payout` for the provider whose account it is */
export function assertMaySetAccount({ id, roles }: Person, providerId: Uuid): void {
  if (!roles.includes('finance')) throw new DomainError('forbidden', 'Only finance may change a payout account.');
  if (id === providerId) throw new DomainError('own-payout', 'You cannot change your own payout account.');
}

/**
 * Returns the person as the actor of this command.
 * @throws DomainError `forbidden` for a role that may not, `own-payout` for the provider and the
 * customer of the payout
 */
export function authorize(
  person: Person,
  command: CommandName,
  payout: Pick<PayoutState, 'providerId' | 'customerId'>,
): Actor & { id: Uuid } {
  const role = whoMay[command].find((allowed) => person.roles.includes(allowed));
  if (!role) throw new DomainError('forbidden', `Only ${whoMay[command].join(' or ')} may ${command} a payout.`);
  if (person.id === payout.providerId || person.id === payout.customerId) {
    throw new DomainError('own-payout', `You cannot ${command} a payout for your own job or work.`);
  }
  return { id: person.id, role };
}

function hasAny({ roles }: Person, wanted: readonly Role[]): boolean {
  return wanted.some((role) => roles.includes(role));
}
