import { Migration } from '@mikro-orm/migrations';

/**
 * Only an index more, for the comparison with the provider's list: instances of the release before
 * go on working.
 */
export class FindAttemptsByTime extends Migration {
  override name = '20261123-find-attempts-by-time';

  override up(): void {
    this.addSql('create index payment_attempt_by_time on payment_attempt (started_at, id)');
  }
}
