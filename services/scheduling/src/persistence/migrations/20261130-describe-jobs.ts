import { Migration } from '@mikro-orm/migrations';
import { eraseTextsFunction } from '@punctual/chassis/postgres';

/**
 * Adds what a customer says about a job, and its version. Instances of the previous release ignore
 * the new columns. The version is raised by a trigger, so that it counts their changes too: every
 * change sets `updated_at`, and an erasure, which is no change, does not.
 */
export class DescribeJobs extends Migration {
  override name = '20261130-describe-jobs';

  override up(): void {
    // Empties coordinates too.
    this.addSql(eraseTextsFunction);
    this.addSql(`
      create function raise_job_version() returns trigger language plpgsql as $$
        begin
          new.version = old.version + 1;
          return new;
        end $$`);
    this.addSql(`
      alter table job
        add column description text,
        add column location_label text,
        add column location_latitude double precision,
        add column location_longitude double precision,
        add column duration_minutes int,
        add column reference text,
        add column metadata jsonb not null default '{}',
        add column version int not null default 0,
        add constraint job_check2 check ((location_latitude is null) = (location_longitude is null)) not valid,
        add constraint job_check3 check (location_latitude is null or location_label is not null) not valid`);
    this.addSql(`
      create trigger version before update of updated_at on job
        for each row execute function raise_job_version()`);
  }
}
