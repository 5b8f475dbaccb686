import { Migration } from '@mikro-orm/migrations';
import { attemptTable } from '@punctual/chassis/postgres';

/** A new table, which instances of the previous release neither read nor write. */
export class NoteAttempts extends Migration {
  override name = '20261201-note-attempts';

  override up(): void {
    for (const statement of attemptTable) this.addSql(statement);
  }
}
