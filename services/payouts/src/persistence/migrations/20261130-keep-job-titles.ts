import { Migration } from '@mikro-orm/migrations';

/**
 * Adds the title of the job, which events of payouts repeat. It changes with the job and not with
 * the payout, so the guard lets it change alone, without a new version. Instances of the previous
 * release leave it as it is.
 */
export class KeepJobTitles extends Migration {
  override name = '20261130-keep-job-titles';

  override up(): void {
    this.addSql('alter table assignment_view add column job_title text');
    this.addSql('alter table payout add column job_title text');
    this.addSql(`
      create or replace function payout_texts(p payout) returns jsonb language sql immutable as $$
        select to_jsonb(p) - 'blocked_because' - 'payment_reference' - 'job_title'
          || jsonb_build_object('blockedBecause', p.blocked_because, 'paymentReference', p.payment_reference,
            'jobTitle', p.job_title) $$`);
    this.addSql(`
      create or replace trigger guard before update on payout for each row
        when (new.version <> old.version or not (
          payout_texts(old) - 'jobTitle' = payout_texts(new) - 'jobTitle'
          or only_erases(payout_texts(old), payout_texts(new))))
        execute function guard_payout()`);
  }
}
