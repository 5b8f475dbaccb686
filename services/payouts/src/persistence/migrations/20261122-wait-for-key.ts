import { Migration } from '@mikro-orm/migrations';

/**
 * How often a payment has waited for a key that Stripe takes. Instances of the release before do
 * not count it, and go on working.
 */
export class WaitForKey extends Migration {
  override name = '20261122-wait-for-key';

  override up(): void {
    this.addSql('alter table payment_claim add column waits int not null default 0');
  }
}
