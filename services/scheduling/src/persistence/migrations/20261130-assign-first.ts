import { Migration } from '@mikro-orm/migrations';

/**
 * Lets a timeline begin with version 0, the assignment itself. Instances of the previous release
 * write and show it from version 1 on.
 */
export class AssignFirst extends Migration {
  override name = '20261130-assign-first';

  override up(): void {
    this.addSql(`
      -- allow drop: the new check takes every version that the old one took
      -- squawk-ignore ban-drop-constraint
      alter table assignment_timeline drop constraint assignment_timeline_version_check,
        add constraint assignment_timeline_version_check check (version >= 0) not valid`);
  }
}
