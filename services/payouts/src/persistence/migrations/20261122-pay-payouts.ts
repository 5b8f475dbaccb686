import { Migration } from '@mikro-orm/migrations';

/**
 * What it takes to pay: where to, each try and how it ended, who is at it, and which notices of the
 * provider were seen.
 */
export class PayPayouts extends Migration {
  override name = '20261122-pay-payouts';

  override up(): void {
    this.addSql('alter table assignment_view add column amount_minor bigint, add column currency text');
    this.addSql("create index payout_paid on payout (paid_at, id) where status = 'PAID'");
    this.addSql("create index payout_to_pay on payout (updated_at) where status = 'APPROVED'");
    this.addSql(`
      create table payout_account (
        provider_id uuid primary key,
        account text not null,
        version int not null check (version > 0),
        updated_by uuid not null,
        updated_at timestamptz(3) not null
      )`);
    this.addSql(`
      create table payment_attempt (
        id uuid primary key,
        payout_id uuid not null references payout,
        number int not null check (number > 0),
        account text not null,
        amount_minor bigint not null check (amount_minor > 0),
        currency text not null,
        started_at timestamptz(3) not null,
        unique (payout_id, number)
      )`);
    this.addSql(`
      create table payment_result (
        attempt_id uuid not null references payment_attempt,
        outcome text not null check (outcome in ('PAID', 'REFUSED', 'ABSENT', 'REVERSED')),
        reference text,
        code text,
        at timestamptz(3) not null,
        primary key (attempt_id, outcome),
        check ((outcome in ('PAID', 'REVERSED')) = (reference is not null))
      )`);
    // Two workers that begin at once take the same number, and one of them is refused.
    this.addSql(`
      create function guard_attempt() returns trigger language plpgsql as $$
      declare earlier int; open int;
      begin
        select count(*), count(*) filter (where not exists (
            select from payment_result r where r.attempt_id = a.id and r.outcome in ('REFUSED', 'ABSENT')
          ) or exists (select from payment_result r where r.attempt_id = a.id and r.outcome = 'PAID'))
          into earlier, open from payment_attempt a where a.payout_id = new.payout_id;
        if open > 0 or new.number <> earlier + 1 then
          raise exception 'an attempt to pay % is open or paid', new.payout_id using errcode = 'check_violation';
        end if;
        return new;
      end $$`);
    this.addSql('create trigger guard before insert on payment_attempt for each row execute function guard_attempt()');
    for (const table of ['payment_attempt', 'payment_result']) {
      this.addSql(`
        create trigger append_only before update or delete or truncate on ${table}
          for each statement execute function refuse_change()`);
    }
    this.addSql('create sequence payment_fence');
    this.addSql(`
      create table payment_claim (
        payout_id uuid primary key references payout,
        fence bigint not null,
        tries int not null,
        due_at timestamptz not null
      )`);
    this.addSql('create table payment_notice (id text primary key, received_at timestamptz not null default now())');
    this.addSql('create index payment_notice_age on payment_notice using brin (received_at)');
  }
}
