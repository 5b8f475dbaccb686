import { Migration } from '@mikro-orm/migrations';

/**
 * Keeps the number and sum of payouts by provider, currency and status, and of all providers
 * (`provider_id` null), so that a summary reads no payouts (ADR 0022). A trigger appends each
 * change, also those of instances of the previous release; a job adds them to the sums.
 * `20261130-sum-earlier-payouts` adds what was there before the trigger.
 */
export class SumPayouts extends Migration {
  override name = '20261130-sum-payouts';

  override up(): void {
    const sums = 'currency text not null, status text not null, count bigint not null, amount_minor numeric not null';
    this.addSql(`
      create table payout_sum (
        provider_id uuid,
        ${sums},
        unique nulls not distinct (provider_id, currency, status)
      ) with (fillfactor = 70)`);
    this.addSql(`
      create table payout_sum_change (
        id bigint generated always as identity primary key,
        provider_id uuid not null,
        ${sums}
      )`);
    this.addSql('create index payout_sum_change_of_provider on payout_sum_change (provider_id)');
    this.addSql(`
      create function note_sum() returns trigger language plpgsql as $$
      begin
        insert into payout_sum_change (provider_id, currency, status, count, amount_minor)
          values (new.provider_id, new.currency, new.status, 1, new.amount_minor);
        if tg_op = 'UPDATE' then
          insert into payout_sum_change (provider_id, currency, status, count, amount_minor)
            values (old.provider_id, old.currency, old.status, -1, -old.amount_minor);
        end if;
        return null;
      end $$`);
    this.addSql('create trigger note_sum after insert on payout for each row execute function note_sum()');
    this.addSql(`
      create trigger note_sum_of_change after update on payout for each row
        when (old.status <> new.status) execute function note_sum()`);
  }
}
