import { Migration } from '@mikro-orm/migrations';

/**
 * Adds since when a payout waits for approval. `infinity` stands for payouts that do not wait, so
 * that they come last. A trigger keeps it, also for instances of the previous release.
 * `20261130-fill-waiting-since` fills the rows from before.
 */
export class ListPayouts extends Migration {
  override name = '20261130-list-payouts';

  override up(): void {
    this.addSql(`
      create function note_waiting() returns trigger language plpgsql as $$
      begin
        new.waiting_since := case when new.status = 'AWAITING_APPROVAL' then new.updated_at else 'infinity' end;
        return new;
      end $$`);
    this.addSql("alter table payout add column waiting_since timestamptz(3) not null default 'infinity'");
    this.addSql('create trigger note_waiting before insert on payout for each row execute function note_waiting()');
    this.addSql(`
      create trigger note_waiting_of_change before update on payout for each row
        when (old.status <> new.status) execute function note_waiting()`);
  }
}
