import { Migration } from '@mikro-orm/migrations';

/**
 * The rules that must hold whatever the code does: a payout goes along its edges only, what it is
 * about never changes, `PAID` is final, and what was written down stays. `payout_edge` repeats
 * `domain/edges.ts`; a test holds the two together. Instances of the release before keep these
 * rules as well, and go on working.
 */
export class GuardPayouts extends Migration {
  override name = '20261122-guard-payouts';

  override up(): void {
    this.addSql('create table payout_edge (from_status text, to_status text, primary key (from_status, to_status))');
    this.addSql(`
      insert into payout_edge values
        ('PENDING', 'PENDING'), ('PENDING', 'AWAITING_APPROVAL'), ('PENDING', 'BLOCKED'),
        ('AWAITING_APPROVAL', 'AWAITING_APPROVAL'), ('AWAITING_APPROVAL', 'APPROVED'), ('AWAITING_APPROVAL', 'BLOCKED'),
        ('APPROVED', 'PAID'), ('APPROVED', 'BLOCKED'),
        ('BLOCKED', 'BLOCKED'), ('BLOCKED', 'PENDING'), ('BLOCKED', 'AWAITING_APPROVAL'), ('BLOCKED', 'APPROVED')`);
    this.addSql(`
      create function guard_payout() returns trigger language plpgsql as $$
      begin
        if not exists (select from payout_edge where from_status = old.status and to_status = new.status) then
          raise exception 'a payout does not go from % to %', old.status, new.status using errcode = 'check_violation';
        end if;
        if new.version <= old.version then
          raise exception 'version % of payout % does not follow %', new.version, old.id, old.version
            using errcode = 'check_violation';
        end if;
        if (new.id, new.assignment_id, new.job_id, new.provider_id, new.customer_id, new.amount_minor, new.currency)
            is distinct from
           (old.id, old.assignment_id, old.job_id, old.provider_id, old.customer_id, old.amount_minor, old.currency) then
          raise exception 'what payout % is about never changes', old.id using errcode = 'check_violation';
        end if;
        return new;
      end $$`);
    this.addSql('create trigger guard before update on payout for each row execute function guard_payout()');
    this.addSql(`
      create function guard_opening() returns trigger language plpgsql as $$
      begin
        if new.status in ('APPROVED', 'PAID') then
          raise exception 'a payout is not opened %', new.status using errcode = 'check_violation';
        end if;
        return new;
      end $$`);
    this.addSql('create trigger guard_opening before insert on payout for each row execute function guard_opening()');
    this.addSql(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only', tg_table_name using errcode = 'check_violation';
      end $$`);
    this.addSql(`
      create trigger keep before delete or truncate on payout for each statement execute function refuse_change()`);
    this.addSql(`
      create trigger append_only before update or delete or truncate on payout_timeline
        for each statement execute function refuse_change()`);
  }
}
