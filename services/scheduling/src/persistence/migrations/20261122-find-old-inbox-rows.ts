import { Migration } from '@mikro-orm/migrations';
import { inboxReceived } from '@punctual/chassis/postgres';

/** Adds an index for the removal of old rows. Instances of the previous release use it too. */
export class FindOldInboxRows extends Migration {
  override name = '20261122-find-old-inbox-rows';

  override up(): void {
    for (const statement of inboxReceived) this.addSql(statement);
  }
}
