import { Migration } from '@mikro-orm/migrations';

/**
 * Adds who has a job now, for lists of jobs. Triggers keep it, so that instances of the previous
 * release keep it too (ADR 0020). One of them invites the next provider only after it has changed
 * the job: hence the second trigger. `20261130-fill-current-providers` fills the rows from before.
 */
export class ListJobs extends Migration {
  override name = '20261130-list-jobs';

  override up(): void {
    // `gin_trgm_ops`, for parts of texts. A trusted extension, as `btree_gist` is.
    this.addSql('create extension if not exists pg_trgm');
    this.addSql(`
      create function take_current_provider() returns trigger language plpgsql as $$
        begin
          new.current_provider_id = (select provider_id from assignment where id = new.current_assignment_id);
          return new;
        end $$`);
    this.addSql(`
      create function give_current_provider() returns trigger language plpgsql as $$
        begin
          update job set current_provider_id = new.provider_id
            where id = new.job_id and current_assignment_id = new.id and current_provider_id is null;
          return null;
        end $$`);
    this.addSql('alter table job add column current_provider_id uuid');
    this.addSql(`
      create trigger current_provider before insert or update of current_assignment_id on job
        for each row execute function take_current_provider()`);
    this.addSql(`
      create trigger current_provider after insert on assignment
        for each row execute function give_current_provider()`);
  }
}
