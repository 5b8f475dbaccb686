import { BackgroundMigration, inBatches } from '@punctual/chassis/postgres';

/**
 * Fills since when a payout waits, of payouts that waited before the triggers of
 * `20261130-list-payouts`. The guard lets it be filled once, without a new version.
 */
export class FillWaitingSince extends BackgroundMigration {
  override name = '20261130-fill-waiting-since';

  override up(): void {
    this.addSql(`
      create or replace trigger guard before update on payout for each row
        when (new.version <> old.version or not (
          (payout_texts(old) - 'jobTitle' - 'waiting_since' = payout_texts(new) - 'jobTitle' - 'waiting_since'
            and (old.waiting_since = new.waiting_since or old.waiting_since = 'infinity'))
          or only_erases(payout_texts(old), payout_texts(new))))
        execute function guard_payout()`);
    this.addSql(
      inBatches({
        table: 'payout',
        set: `waiting_since = coalesce((
          select max(at) from payout_timeline item
            where item.payout_id = payout.id and item.after ->> 'status' = 'AWAITING_APPROVAL'), updated_at)`,
        where: "status = 'AWAITING_APPROVAL' and waiting_since = 'infinity'",
      }),
    );
  }
}
