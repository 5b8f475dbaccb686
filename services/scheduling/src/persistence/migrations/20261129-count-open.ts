import { Migration } from '@mikro-orm/migrations';

/**
 * For the limits of what one person may ask of others. Only a column with a default and indexes more: instances of the release before go
 * on working, and what they create does not count as given by its customer.
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
