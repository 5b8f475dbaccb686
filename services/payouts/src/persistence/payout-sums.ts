import type { Database, Queryable } from '@punctual/chassis/postgres';
import type { PayoutStatus, Uuid } from '@punctual/contracts';

/** The number and sum of payouts as text: a sum may exceed what a number holds exactly. */
export type SumColumns = { currency: string; status: PayoutStatus; count: string; amount_minor: string };

const inOrder = `order by currency, array_position('{PENDING,AWAITING_APPROVAL,APPROVED,PAID,BLOCKED}', status)`;
const batchSize = 5_000;

/** Reads the kept sums of a provider, or of all, with the changes that were not added to them yet. */
export function readSums(
  database: Pick<Database, 'query' | 'isMigrated'>,
  providerId: Uuid | undefined,
): Promise<SumColumns[]> {
  if (!database.isMigrated()) return computeSums(database, providerId);
  const [kept, changes] =
    providerId === undefined ? ['provider_id is null', 'true'] : ['provider_id = ?', 'provider_id = ?'];
  return database.query<SumColumns>(
    `select currency, status, sum(count)::text as count, sum(amount_minor)::text as amount_minor from (
        select currency, status, count, amount_minor from payout_sum where ${kept}
        union all
        select currency, status, count, amount_minor from payout_sum_change where ${changes}) as part
      group by currency, status having sum(count) > 0
      ${inOrder}`,
    providerId === undefined ? [] : [providerId, providerId],
  );
}

/** The same from the payouts, while the sums lack those from before they were kept. */
function computeSums(database: Queryable, providerId: Uuid | undefined): Promise<SumColumns[]> {
  return database.query<SumColumns>(
    `select currency, status, count(*)::text as count, sum(amount_minor)::text as amount_minor from payout
      where ${providerId === undefined ? 'true' : 'provider_id = ?'} group by currency, status
      ${inOrder}`,
    providerId === undefined ? [] : [providerId],
  );
}

/** How long the payout that has waited longest for approval has waited, in seconds; 0 without one. */
export async function waitingSeconds(database: Queryable): Promise<number> {
  const [row] = await database.query<{ seconds: number }>(
    `select coalesce(extract(epoch from clock_timestamp() - min(waiting_since)), 0)::float as seconds
      from payout where status = 'AWAITING_APPROVAL'`,
  );
  return Math.max(0, row?.seconds ?? 0);
}

/**
 * Adds the noted changes to the sums. One instance at a time does it: the sum of all providers is a
 * few rows that every batch changes.
 */
export async function addUpSums(database: Database, signal: AbortSignal): Promise<void> {
  for (let moved = batchSize; moved === batchSize && !signal.aborted; ) {
    moved = await database.transaction(async (transaction) => {
      const [lock] = await transaction.query<{ mine: boolean }>(
        "select pg_try_advisory_xact_lock(hashtextextended('payout sums', 0)) as mine",
      );
      return lock?.mine ? addUpSome(transaction) : 0;
    });
  }
}

async function addUpSome(database: Queryable): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `with moved as (
        delete from payout_sum_change where id in (select id from payout_sum_change order by id limit ${batchSize})
          returning provider_id, currency, status, count, amount_minor),
      added as (
        insert into payout_sum (provider_id, currency, status, count, amount_minor)
          select provider_id, currency, status, sum(count), sum(amount_minor) from moved
            group by grouping sets ((provider_id, currency, status), (currency, status))
          on conflict (provider_id, currency, status) do update
            set count = payout_sum.count + excluded.count, amount_minor = payout_sum.amount_minor + excluded.amount_minor)
      select count(*)::int as count from moved`,
  );
  return row?.count ?? 0;
}
