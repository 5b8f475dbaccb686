import { BackgroundMigration } from '@punctual/chassis/postgres';

/**
 * Adds to the kept sums the payouts from before the trigger of `20261130-sum-payouts`: those that
 * are there, less what the trigger has noted. Both are seen at the same moment, and their difference
 * never changes, so nobody has to be locked out, and running it twice adds nothing.
 */
export class SumEarlierPayouts extends BackgroundMigration {
  override name = '20261130-sum-earlier-payouts';

  override up(): void {
    this.addSql(`
      with part as (
        select provider_id, currency, status, 1 as count, amount_minor from payout
        union all
        select provider_id, currency, status, -count, -amount_minor from payout_sum where provider_id is not null
        union all
        select provider_id, currency, status, -count, -amount_minor from payout_sum_change),
      missing as (
        select provider_id, currency, status, sum(count) as count, sum(amount_minor) as amount_minor from part
          group by provider_id, currency, status having sum(count) <> 0 or sum(amount_minor) <> 0)
      insert into payout_sum (provider_id, currency, status, count, amount_minor)
        select provider_id, currency, status, sum(count), sum(amount_minor) from missing
          group by grouping sets ((provider_id, currency, status), (currency, status))
        on conflict (provider_id, currency, status) do update
          set count = payout_sum.count + excluded.count, amount_minor = payout_sum.amount_minor + excluded.amount_minor`);
  }
}
