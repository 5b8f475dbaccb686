import { DomainError } from '@punctual/chassis/domain';
import type { Actor, Role, Uuid } from '@punctual/contracts';
import { type CommandName, whoMay } from './edges.ts';
import type { Payout } from './payout.ts';

/** Who asks, and as what. */
export type Person = { id: Uuid; roles: readonly Role[] };

/** Roles that see every payout; besides them only its own provider sees one, and its customer does not know of it. */
const overseers: readonly Role[] = ['finance', 'ops'];

/** @throws DomainError `not-found` */
export function requireSight(person: Person, payout: Pick<Payout, 'providerId'> | null): asserts payout {
  const isProvider = person.roles.includes('provider') && person.id === payout?.providerId;
  if (!payout || !(isProvider || hasAny(person, overseers)))
    throw new DomainError('not-found', 'There is no such payout.');
}

/** @throws DomainError `forbidden` */
export function requireOverseer(person: Person): void {
  if (!hasAny(person, overseers)) throw new DomainError('forbidden', 'Only finance and ops may see all payouts.');
}

/** @throws DomainError `forbidden`, and `own-payout` for the provider whose account it is */
export function requireFinanceFor({ id, roles }: Person, providerId: Uuid): void {
  if (!roles.includes('finance')) throw new DomainError('forbidden', 'Only finance sets where a provider is paid to.');
  if (id === providerId) throw new DomainError('own-payout', 'You cannot set the account that you are paid to.');
}

/**
 * The person as the one who gives this command.
 * @throws DomainError `forbidden` for a role that may not, `own-payout` for the provider and the customer of the payout
 */
export function requireMay(
  person: Person,
  command: CommandName,
  payout: Pick<Payout, 'providerId' | 'customerId'>,
): Actor {
  const role = whoMay[command].find((allowed) => person.roles.includes(allowed));
  if (!role) throw new DomainError('forbidden', `Only ${whoMay[command].join(' or ')} may ${command} a payout.`);
  if (person.id === payout.providerId || person.id === payout.customerId) {
    throw new DomainError('own-payout', `You cannot ${command} a payout of your own job or work.`);
  }
  return { id: person.id, role };
}

function hasAny({ roles }: Person, wanted: readonly Role[]): boolean {
  return wanted.some((role) => roles.includes(role));
}
