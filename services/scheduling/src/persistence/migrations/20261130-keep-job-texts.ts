import { Migration } from '@mikro-orm/migrations';

/**
 * Adds who else than the customer wrote a text on a job, so that an erasure finds it and its copies.
 * In the previous release nobody could.
 */
export class KeepJobTexts extends Migration {
  override name = '20261130-keep-job-texts';

  override up(): void {
    this.addSql(`
      create table job_text (
        job_id uuid not null references job,
        person_id uuid not null,
        text text not null
      )`);
    this.addSql('create index job_text_job on job_text (job_id)');
    this.addSql('create index job_text_person on job_text (person_id)');
    this.addSql(`
      create function job_texts_by(person uuid, on_job uuid) returns text[] language sql stable as $$
        select coalesce(array_agg(distinct text), '{}') from job_text
          where job_id = on_job and person_id = person and text <> '[erased]' $$`);
    // With those on its job.
    this.addSql(`
      create or replace function texts_by(person uuid, on_assignment uuid) returns text[] language sql stable as $$
        select coalesce(array_agg(distinct written), '{}') from (
          select unnest(array[reason, after ->> 'scheduleNotes', after ->> 'rejectReason']) as written
            from assignment_timeline where assignment_id = on_assignment and actor ->> 'id' = person::text
          union all
          select unnest(job_texts_by(person, job_id)) from assignment where id = on_assignment
        ) as texts where written <> '[erased]' $$`);
  }
}
