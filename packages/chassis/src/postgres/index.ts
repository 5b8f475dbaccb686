export { type Database, openDatabase, type Prepared } from './database.ts';
export { forgetDelivered } from './forget-delivered.ts';
export {
  type Claim,
  type CommandRequest,
  claimKey,
  claimKeyAndLock,
  forgetAnswers,
  idempotencyAnswerText,
  idempotencyTable,
  keepAnswer,
  recallAnswer,
} from './idempotency.ts';
export { insertRows, updateRows, upsertRows } from './many-rows.ts';
export { readOutbox } from './read-outbox.ts';
export { rememberNew } from './remember-new.ts';
export { commitWith, inTransaction, type Statement } from './transaction.ts';
export { type PostgresUrl, parsePostgresUrl } from './url.ts';
