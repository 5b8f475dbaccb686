import { Migration } from '@mikro-orm/migrations';

/**
 * Keeps the ids of the events that brought the latest versions of a payout. Instances of the
 * previous release leave them as they are: a version without an id is unknown.
 */
export class KnowEventIds extends Migration {
  override name = '20261201-know-event-ids';

  override up(): void {
    this.addSql("alter table assignment add column payout_event_ids jsonb not null default '{}'");
  }
}
