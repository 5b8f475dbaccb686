import type { EntityManager } from '@mikro-orm/postgresql';
import type { PayoutAccountChange, Uuid } from '@punctual/contracts';
import { type Account, noAccount } from '../domain/account.ts';
import { maskAccount } from '../domain/attempt.ts';

type AccountRow = {
  account: string | null;
  version: number | null;
  updated_by: string | null;
  updated_at: Date | string | null;
  requested_account: string | null;
  requested_by: string | null;
  requested_at: Date | string | null;
};

/** Where a provider is paid to, and what is requested; version 0 when nobody has confirmed any. */
export async function findAccount(em: EntityManager, providerId: Uuid): Promise<Account> {
  const [row] = await em.execute<AccountRow[]>(
    `select c.account, c.version, c.updated_by, c.updated_at,
        r.account as requested_account, r.requested_by, r.requested_at
      from (values (?::uuid)) as of (provider_id)
        left join payout_account c using (provider_id) left join payout_account_request r using (provider_id)`,
    [providerId],
  );
  if (!row) throw new Error('A row of values has none.');
  return toAccount(providerId, row);
}

/** Lets nobody else change it until the transaction ends, also when there is none yet. */
export async function lockAccount(em: EntityManager, providerId: Uuid): Promise<Account> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`payout account ${providerId}`]);
  return findAccount(em, providerId);
}

/** Writes what is requested in place of what was. */
export async function saveRequest(em: EntityManager, { providerId, pending }: Account): Promise<void> {
  if (!pending) throw new Error('Nothing is requested.');
  await em.execute(
    `insert into payout_account_request (provider_id, account, requested_by, requested_at) values (?, ?, ?, ?)
      on conflict (provider_id) do update set account = excluded.account, requested_by = excluded.requested_by,
        requested_at = excluded.requested_at`,
    [providerId, pending.account, pending.requestedBy, pending.requestedAt],
  );
}

/** Makes a requested account the current one, and adds it to the history. */
export async function saveConfirmed(em: EntityManager, before: Account, after: Account): Promise<void> {
  const { providerId, account, version, updatedBy, updatedAt } = after;
  await em.execute(
    `insert into payout_account_change
        (provider_id, version, account, requested_by, requested_at, confirmed_by, confirmed_at)
      values (?, ?, ?, ?, ?, ?, ?)`,
    [providerId, version, account, before.pending?.requestedBy, before.pending?.requestedAt, updatedBy, updatedAt],
  );
  await em.execute(
    `insert into payout_account (provider_id, account, version, updated_by, updated_at) values (?, ?, ?, ?, ?)
      on conflict (provider_id) do update set account = excluded.account, version = excluded.version,
        updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    [providerId, account, version, updatedBy, updatedAt],
  );
  await em.execute('delete from payout_account_request where provider_id = ?', [providerId]);
}

type ChangeRow = {
  account: string;
  version: number;
  requested_by: string;
  requested_at: Date | string;
  confirmed_by: string;
  confirmed_at: Date | string;
};

/** The latest confirmed changes of an account, masked, newest first. */
export async function readAccountHistory(em: EntityManager, providerId: Uuid): Promise<PayoutAccountChange[]> {
  const rows = await em.execute<ChangeRow[]>(
    'select * from payout_account_change where provider_id = ? order by version desc limit 100',
    [providerId],
  );
  return rows.map((row) => ({
    account: maskAccount(row.account),
    version: row.version,
    requestedBy: row.requested_by,
    requestedAt: toInstant(row.requested_at),
    confirmedBy: row.confirmed_by,
    confirmedAt: toInstant(row.confirmed_at),
  }));
}

function toAccount(providerId: Uuid, row: AccountRow): Account {
  const { account, version, updated_by: updatedBy, updated_at, requested_account, requested_by, requested_at } = row;
  const pending =
    requested_account !== null && requested_by !== null && requested_at !== null
      ? { account: requested_account, requestedBy: requested_by, requestedAt: toInstant(requested_at) }
      : null;
  if (version === null) return { ...noAccount(providerId), pending };
  return { providerId, account, version, updatedBy, updatedAt: updated_at && toInstant(updated_at), pending };
}

function toInstant(time: Date | string): string {
  return new Date(time).toISOString();
}
