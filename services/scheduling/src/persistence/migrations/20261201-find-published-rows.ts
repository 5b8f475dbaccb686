import { BackgroundMigration, outboxStreamIndex } from '@punctual/chassis/postgres';

/** An index on the sequences, by which the relay compares the outbox with its stream. */
export class FindPublishedRows extends BackgroundMigration {
  override name = '20261201-find-published-rows';

  override up(): void {
    this.addSql(outboxStreamIndex);
  }
}
