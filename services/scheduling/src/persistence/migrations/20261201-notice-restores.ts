import { Migration } from '@mikro-orm/migrations';
import { restoreTables } from '@punctual/chassis/postgres';

/** Lets the service notice that its database is older than its stream (ADR 0041). */
export class NoticeRestores extends Migration {
  override name = '20261201-notice-restores';

  override up(): void {
    for (const statement of restoreTables) this.addSql(statement);
  }
}
