import { Migration } from '@mikro-orm/migrations';
import { outboxStreamSequence } from '@punctual/chassis/postgres';

/** Adds a nullable column. Instances of the previous release publish and mark as before. */
export class KeepStreamSequence extends Migration {
  override name = '20261122-keep-stream-sequence';

  override up(): void {
    for (const statement of outboxStreamSequence) this.addSql(statement);
  }
}
