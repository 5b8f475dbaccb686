import { Migration } from '@mikro-orm/migrations';
import { idempotencyAnswerText } from '@punctual/chassis/postgres';

/**
 * Adds a nullable column. Instances of the previous release store and replay responses as before.
 */
export class KeepAnswerText extends Migration {
  override name = '20261129-keep-answer-text';

  override up(): void {
    this.addSql(idempotencyAnswerText);
  }
}
