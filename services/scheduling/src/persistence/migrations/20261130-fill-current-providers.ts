import { BackgroundMigration, inBatches } from '@punctual/chassis/postgres';

/** Fills who has a job now, of jobs from before the triggers of `20261130-list-jobs`. */
export class FillCurrentProviders extends BackgroundMigration {
  override name = '20261130-fill-current-providers';

  override up(): void {
    this.addSql(
      inBatches({
        table: 'job',
        set: 'current_provider_id = (select provider_id from assignment where id = job.current_assignment_id)',
        where: 'current_assignment_id is not null and current_provider_id is null',
      }),
    );
  }
}
