import { Migration } from '@mikro-orm/migrations';

/**
 * A change of an account takes two people, and is kept for ever (ADR 0014). Instances of the
 * previous release still set an account alone: a trigger keeps these changes as well. What they
 * approve or pay has no account version; that stands for any.
 */
export class ConfirmAccounts extends Migration {
  override name = '20261129-confirm-accounts';

  override up(): void {
    this.addSql(`
      create table payout_account_request (
        provider_id uuid primary key,
        account text not null,
        requested_by uuid not null,
        requested_at timestamptz(3) not null
      )`);
    this.addSql(`
      create table payout_account_change (
        provider_id uuid not null,
        version int not null check (version > 0),
        account text not null,
        requested_by uuid not null,
        requested_at timestamptz(3) not null,
        confirmed_by uuid not null,
        confirmed_at timestamptz(3) not null,
        primary key (provider_id, version)
      )`);
    this.addSql(`
      create trigger append_only before update or delete or truncate on payout_account_change
        for each statement execute function refuse_change()`);
    this.addSql(`
      create function keep_account() returns trigger language plpgsql as $$
      begin
        insert into payout_account_change (provider_id, version, account, requested_by, requested_at, confirmed_by, confirmed_at)
          values (new.provider_id, new.version, new.account, new.updated_by, new.updated_at, new.updated_by, new.updated_at)
          on conflict do nothing;
        return null;
      end $$`);
    this.addSql(`
      create trigger keep_account after insert or update on payout_account for each row execute function keep_account()`);
    this.addSql('update payout_account set version = version');
    this.addSql('alter table payout add column account_version int, add column paid_to text');
    this.addSql('alter table payment_attempt add column account_version int');
    this.addSql("create index payout_unpaid_of_provider on payout (provider_id) where status <> 'PAID'");
    this.showPaidAccounts();
  }

  private showPaidAccounts(): void {
    this.addSql(`
      create function paid_account(paid payout) returns text language sql as $$
        select 'acct_…' || right(regexp_replace(a.account, '^acct_', ''), 4)
          from payment_attempt a join payment_result r on r.attempt_id = a.id and r.outcome = 'PAID'
          where a.payout_id = paid.id and r.reference = paid.payment_reference limit 1 $$`);
    this.addSql(`
      create function note_paid_account() returns trigger language plpgsql as $$
      begin
        new.paid_to := coalesce(new.paid_to, paid_account(new));
        return new;
      end $$`);
    // Of payouts that are paid already, which nothing else may change.
    this.addSql('alter table payout disable trigger guard');
    this.addSql(`
      update payout p set paid_to = paid_account(p)
        where status = 'PAID' and exists (select from payment_attempt a where a.payout_id = p.id)`);
    this.addSql('alter table payout enable trigger guard');
    // Of those that instances of the previous release pay.
    this.addSql(`
      create trigger note_paid_account before update on payout for each row
        when (new.status = 'PAID' and new.paid_to is null) execute function note_paid_account()`);
  }
}
