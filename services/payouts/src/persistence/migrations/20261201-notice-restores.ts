import { Migration } from '@mikro-orm/migrations';
import { restoreTables } from '@punctual/chassis/postgres';

/** Lets the service notice that its database is older than its stream (ADR 0041). */
export class NoticeRestores extends Migration {
  override name = '20261201-notice-restores';

  override up(): void {
    this.addSql(`alter table assignment_view add column withdrawn_event_ids uuid[] not null default '{}'`);
    // As before, except that an end that no longer holds is lifted, by nobody.
    this.addSql(`
      create or replace function guard_hold() returns trigger language plpgsql as $$
      begin
        if old.lifted_at is not null or new.lifted_at is null
          or old.kind in ('CANCELLED', 'DECLINED') and new.lifted_by is not null
          or to_jsonb(new) - 'lifted_by' - 'lifted_at' <> to_jsonb(old) - 'lifted_by' - 'lifted_at' then
          raise exception 'hold % can only be lifted, and only once', old.id using errcode = 'check_violation';
        end if;
        return new;
      end $$`);
    this.addSql("insert into payout_edge values ('APPROVED', 'APPROVED'), ('PAID', 'PAID')");
    // As before, except that the version of a payout that is paid may rise.
    this.addSql(`
      create or replace function guard_payout() returns trigger language plpgsql as $$
      begin
        if not exists (select from payout_edge where from_status = old.status and to_status = new.status)
          or old.status = 'PAID'
            and to_jsonb(new) - 'version' - 'updated_at' <> to_jsonb(old) - 'version' - 'updated_at' then
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
    for (const statement of restoreTables) this.addSql(statement);
  }
}
