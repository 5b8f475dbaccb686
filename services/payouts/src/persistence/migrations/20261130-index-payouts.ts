import { BackgroundMigration } from '@punctual/chassis/postgres';

const indexes = {
  payout_of_provider: '(provider_id, created_at desc, id desc)',
  payout_of_provider_by_status: '(provider_id, status, created_at desc, id desc)',
  payout_waiting: "(waiting_since, id) where status = 'AWAITING_APPROVAL'",
  payout_of_provider_waiting: "(provider_id, waiting_since, id) where status = 'AWAITING_APPROVAL'",
};

/** An index for each order of each list of payouts. */
export class IndexPayouts extends BackgroundMigration {
  override name = '20261130-index-payouts';

  override up(): void {
    for (const [name, on] of Object.entries(indexes)) {
      this.addSql(`create index concurrently if not exists ${name} on payout ${on}`);
    }
  }
}
