import { Migration } from '@mikro-orm/migrations';

/**
 * Adds the assignment that followed a released one. Rows of the previous release leave it empty:
 * `assignment-columns.ts` finds theirs among the assignments of the job.
 */
export class ListAssignments extends Migration {
  override name = '20261130-list-assignments';

  override up(): void {
    this.addSql('alter table assignment add column next_assignment_id uuid');
  }
}
