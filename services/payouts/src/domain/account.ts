import { DomainError, formatInstant } from '@punctual/chassis/domain';
import type { PayoutAccount, Uuid } from '@punctual/contracts';

/** Where a provider is paid to, and what is requested. Version 0 has no account yet. */
export type Account = PayoutAccount;

export function noAccount(providerId: Uuid): Account {
  return { providerId, account: null, version: 0, updatedBy: null, updatedAt: null, pending: null };
}

/** Asks for a change, in place of one that is pending. Nothing takes effect yet. */
export function requestAccount(current: Account, account: string, by: Uuid, now: Temporal.Instant): Account {
  return { ...current, pending: { account, requestedBy: by, requestedAt: formatInstant(now) } };
}

/** @throws DomainError `own-change` */
export function assertOtherPerson({ pending }: Account, by: Uuid): void {
  if (pending?.requestedBy === by) throw new DomainError('own-change', 'Another person must confirm your change.');
}

/**
 * Makes the pending change current.
 * @param seen the account that the caller means; any when undefined
 * @throws DomainError `own-change`, `invalid-transition` when nothing is pending,
 * `version-conflict` when it is another account
 */
export function confirmAccount(
  current: Account,
  { by, seen }: { by: Uuid; seen: string | undefined },
  now: Temporal.Instant,
): Account {
  const { pending, version } = current;
  assertOtherPerson(current, by);
  if (!pending) throw new DomainError('invalid-transition', 'No change of this account is pending.');
  if (seen !== undefined && seen !== pending.account) {
    throw new DomainError('version-conflict', 'A different account is pending.');
  }
  const confirmed = { updatedBy: by, updatedAt: formatInstant(now), pending: null };
  return { ...current, ...confirmed, account: pending.account, version: version + 1 };
}
