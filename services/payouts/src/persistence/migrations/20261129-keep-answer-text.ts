import { Migration } from '@mikro-orm/migrations';
import { idempotencyAnswerText } from '@punctual/chassis/postgres';

/**
 * Only a nullable column more: instances of the release before keep and repeat answers as they did.
 */
export class KeepAnswerText extends Migration {
  override name = '20261129-keep-answer-text';

  override up(): void {
    this.addSql(idempotencyAnswerText);
  }
}
