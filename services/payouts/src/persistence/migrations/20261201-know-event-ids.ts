import { Migration } from '@mikro-orm/migrations';

/**
 * Keeps the ids of the events that brought the latest versions of an assignment. Instances of the
 * previous release leave them as they are: a version without an id is unknown.
 */
export class KnowEventIds extends Migration {
  override name = '20261201-know-event-ids';

  override up(): void {
    this.addSql("alter table assignment_view add column event_ids jsonb not null default '{}'");
  }
}
