import { Migration } from '@mikro-orm/migrations';
import { inboxReceived } from '@punctual/chassis/postgres';

/**
 * Another index for the removal of old rows, which instances of the release before find as well.
 */
export class FindOldInboxRows extends Migration {
  override name = '20261122-find-old-inbox-rows';

  override up(): void {
    for (const statement of inboxReceived) this.addSql(statement);
  }
}
