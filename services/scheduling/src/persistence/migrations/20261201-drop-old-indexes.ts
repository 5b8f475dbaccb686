import { BackgroundMigration } from '@punctual/chassis/postgres';

const indexes = ['assignment_customer', 'assignment_provider', 'assignment_status', 'assignment_start'];

/** Drops the indexes of lists of 1.0, into which each change of an assignment wrote an entry. */
export class DropOldIndexes extends BackgroundMigration {
  override name = '20261201-drop-old-indexes';

  override up(): void {
    for (const name of indexes) {
      this.addSql(`
        drop index concurrently if exists
        -- allow drop: lists have had an index for each order since release 1.1.0
        ${name}`);
    }
  }
}
