import { DomainError } from '@punctual/chassis/domain';
import type { PayoutAccount, Uuid } from '@punctual/contracts';

/** Where a provider is paid to, and what is requested. Version 0 has no account yet. */
export type Account = PayoutAccount;

export function noAccount(providerId: Uuid): Account {
  return { providerId, account: null, version: 0, updatedBy: null, updatedAt: null, pending: null };
}

/** Asks for a change, in place of one that is pending. Nothing takes effect yet. */
export function requestAccount(current: Account, account: string, by: Uuid, now: Date): Account {
  return { ...current, pending: { account, requestedBy: by, requestedAt: now.toISOString() } };
}

/** @throws DomainError `own-change` */
export function requireOther({ pending }: Account, by: Uuid): void {
  if (pending?.requestedBy === by) throw new DomainError('own-change', 'Somebody else has to confirm your change.');
}

/**
 * Makes the pending change current.
 * @param seen the account that the caller means; any when undefined
 * @throws DomainError `own-change`, `invalid-transition` when nothing is pending, `version-conflict` when it is another account
 */
export function confirmAccount(
  current: Account,
  { by, seen }: { by: Uuid; seen: string | undefined },
  now: Date,
): Account {
  const { pending, version } = current;
  requireOther(current, by);
  if (!pending) throw new DomainError('invalid-transition', 'No change of this account is pending.');
  if (seen !== undefined && seen !== pending.account) {
    throw new DomainError('version-conflict', 'Another account than this one is pending.');
  }
  const confirmed = { updatedBy: by, updatedAt: now.toISOString(), pending: null };
  return { ...current, ...confirmed, account: pending.account, version: version + 1 };
}
