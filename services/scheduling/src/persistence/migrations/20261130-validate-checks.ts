import { BackgroundMigration } from '@punctual/chassis/postgres';

/** Checks the rows from before the constraints of `20261130-describe-jobs` and `20261130-assign-first`. */
export class ValidateChecks extends BackgroundMigration {
  override name = '20261130-validate-checks';

  override up(): void {
    this.addSql('alter table job validate constraint job_check2');
    this.addSql('alter table job validate constraint job_check3');
    this.addSql('alter table assignment_timeline validate constraint assignment_timeline_version_check');
  }
}
