import type { EntityManager } from '@mikro-orm/postgresql';
import type { PayoutAccount, Uuid } from '@punctual/contracts';

type AccountRow = {
  provider_id: string;
  account: string;
  version: number;
  updated_by: string;
  updated_at: Date | string;
};

/** Where a provider is paid to. */
export async function findAccount(em: EntityManager, providerId: Uuid): Promise<PayoutAccount | undefined> {
  const [row] = await em.execute<AccountRow[]>('select * from payout_account where provider_id = ?', [providerId]);
  return row && toAccount(row);
}

/** Lets nobody else set it until the transaction ends, also when there is none yet. */
export async function lockAccount(em: EntityManager, providerId: Uuid): Promise<PayoutAccount | undefined> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`payout account ${providerId}`]);
  return findAccount(em, providerId);
}

export async function saveAccount(em: EntityManager, account: PayoutAccount): Promise<void> {
  await em.execute(
    `insert into payout_account (provider_id, account, version, updated_by, updated_at) values (?, ?, ?, ?, ?)
      on conflict (provider_id) do update set account = excluded.account, version = excluded.version,
        updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    [account.providerId, account.account, account.version, account.updatedBy, account.updatedAt],
  );
}

function toAccount(row: AccountRow): PayoutAccount {
  return {
    providerId: row.provider_id,
    account: row.account,
    version: row.version,
    updatedBy: row.updated_by,
    updatedAt: new Date(row.updated_at).toISOString(),
  };
}
