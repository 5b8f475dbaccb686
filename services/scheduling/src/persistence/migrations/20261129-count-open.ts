import { Migration } from '@mikro-orm/migrations';

/**
 * For the limits of what one person may ask of others. Adds a column with a default, and indexes:
 * instances of the previous release work on, and assignments that they create do not count.
 */
export class CountOpen extends Migration {
  override name = '20261129-count-open';

  override up(): void {
    this.addSql('alter table assignment add column given_by_customer boolean not null default false');
    this.addSql(`
      create index assignment_given on assignment (customer_id, provider_id)
        where given_by_customer and status in ('UNSCHEDULED', 'PROPOSED')`);
    this.addSql(`create index job_open on job (customer_id) where status in ('OPEN', 'ASSIGNED')`);
    this.addSql(`
      create index assignment_timeline_by_role on assignment_timeline (assignment_id, (actor ->> 'role'), at)`);
  }
}
