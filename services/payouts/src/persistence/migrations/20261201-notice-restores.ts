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
    this.addSql("insert into payout_edge values ('APPROVED', 'APPROVED')");
    for (const statement of restoreTables) this.addSql(statement);
  }
}
