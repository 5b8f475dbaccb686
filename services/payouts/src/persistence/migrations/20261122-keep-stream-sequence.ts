import { Migration } from '@mikro-orm/migrations';
import { outboxStreamSequence } from '@punctual/chassis/postgres';

/** Only a nullable column more: instances of the release before publish and mark as they did. */
export class KeepStreamSequence extends Migration {
  override name = '20261122-keep-stream-sequence';

  override up(): void {
    for (const statement of outboxStreamSequence) this.addSql(statement);
  }
}
