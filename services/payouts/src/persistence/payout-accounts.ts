import { formatInstant } from '@punctual/chassis';
import type { Queryable, Statement } from '@punctual/chassis/postgres';
import type { PayoutAccountChange, Uuid } from '@punctual/contracts';
import { type Account, noAccount } from '../domain/account.ts';
import { maskAccount } from '../domain/attempt.ts';

export type AccountColumns = {
  provider_id: string;
  account: string | null;
  version: number | null;
  updated_by: string | null;
  updated_at: string | null;
  requested_account: string | null;
  requested_by: string | null;
  requested_at: string | null;
};

/** Where a provider is paid to, and what is requested. Always gives one row. */
export function selectAccount(providerId: Uuid): Statement {
  return [
    `select provider_id, c.account, c.version, c.updated_by, c.updated_at,
        r.account as requested_account, r.requested_by, r.requested_at
      from (values (?::uuid)) as of (provider_id)
        left join payout_account c using (provider_id) left join payout_account_request r using (provider_id)`,
    [providerId],
  ];
}

/** {@link selectAccount} of the provider of a payout. */
export function selectAccountOfPayout(payoutId: Uuid): Statement {
  return [
    `select provider_id, c.account, c.version, c.updated_by, c.updated_at,
        r.account as requested_account, r.requested_by, r.requested_at
      from payout left join payout_account c using (provider_id) left join payout_account_request r using (provider_id)
      where id = ?`,
    [payoutId],
  ];
}

/** The name of the lock on an account, which also holds when there is no account yet. */
export function lockOfAccount(providerId: Uuid): string {
  return `payout account ${providerId}`;
}

/** Finds an account; version 0 when none has been confirmed. */
export async function findAccount(database: Queryable, providerId: Uuid): Promise<Account> {
  return toAccount(await database.query<AccountColumns>(...selectAccount(providerId)));
}

/** Replaces the requested account. */
export function saveRequest({ providerId, pending }: Account): Statement {
  if (!pending) throw new Error(`No account of ${providerId} is requested.`);
  return [
    `insert into payout_account_request (provider_id, account, requested_by, requested_at) values (?, ?, ?, ?)
      on conflict (provider_id) do update set account = excluded.account, requested_by = excluded.requested_by,
        requested_at = excluded.requested_at`,
    [providerId, pending.account, pending.requestedBy, pending.requestedAt],
  ];
}

/** Makes the requested account the current one, and adds it to the history. */
export function saveConfirmed(before: Account, after: Account): Statement[] {
  const { providerId, account, version, updatedBy, updatedAt } = after;
  if (!before.pending) throw new Error(`No account of ${providerId} is requested.`);
  const { requestedBy, requestedAt } = before.pending;
  return [
    [
      `insert into payout_account_change
          (provider_id, version, account, requested_by, requested_at, confirmed_by, confirmed_at)
        values (?, ?, ?, ?, ?, ?, ?)`,
      [providerId, version, account, requestedBy, requestedAt, updatedBy, updatedAt],
    ],
    [
      `insert into payout_account (provider_id, account, version, updated_by, updated_at) values (?, ?, ?, ?, ?)
        on conflict (provider_id) do update set account = excluded.account, version = excluded.version,
          updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
      [providerId, account, version, updatedBy, updatedAt],
    ],
    ['delete from payout_account_request where provider_id = ?', [providerId]],
  ];
}

type ChangeColumns = {
  account: string;
  version: number;
  requested_by: string;
  requested_at: string;
  confirmed_by: string;
  confirmed_at: string;
};

/** Confirmed changes of an account before a version, masked, newest first. */
export async function readAccountHistory(
  database: Queryable,
  providerId: Uuid,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<PayoutAccountChange[]> {
  const rows = await database.query<ChangeColumns>(
    `select account, version, requested_by, requested_at, confirmed_by, confirmed_at from payout_account_change
      where provider_id = ? and (?::int is null or version < ?) order by version desc limit ?`,
    [providerId, before, before, limit],
  );
  return rows.map((row) => ({
    account: maskAccount(row.account),
    version: row.version,
    requestedBy: row.requested_by,
    requestedAt: toText(row.requested_at),
    confirmedBy: row.confirmed_by,
    confirmedAt: toText(row.confirmed_at),
  }));
}

export function toAccount([row]: readonly AccountColumns[]): Account {
  if (!row) throw new Error('Every account has a row.');
  const { provider_id: providerId, account, version, updated_by: updatedBy, updated_at } = row;
  const { requested_account, requested_by, requested_at } = row;
  const pending =
    requested_account !== null && requested_by !== null && requested_at !== null
      ? { account: requested_account, requestedBy: requested_by, requestedAt: toText(requested_at) }
      : null;
  if (version === null) return { ...noAccount(providerId), pending };
  return { providerId, account, version, updatedBy, updatedAt: updated_at && toText(updated_at), pending };
}

function toText(time: string): string {
  return formatInstant(Temporal.Instant.from(time));
}
