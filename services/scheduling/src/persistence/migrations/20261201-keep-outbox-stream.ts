import { Migration } from '@mikro-orm/migrations';
import { outboxStream } from '@punctual/chassis/postgres';

/** Adds a table. The previous release publishes without it. */
export class KeepOutboxStream extends Migration {
  override name = '20261201-keep-outbox-stream';

  override up(): void {
    for (const statement of outboxStream) this.addSql(statement);
  }
}
