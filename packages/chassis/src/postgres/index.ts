export { type Database, openDatabase, type Prepared } from './database.ts';
export { copiesAbout } from './erasure/copies.ts';
export { erasePeople } from './erasure/erase-people.ts';
export { countPlace, hasText, type Place, withoutText } from './erasure/place.ts';
export { erasureInsert, latestErasure, presentErasure, type RequestedErasure } from './erasure/record.ts';
export { erasureTable } from './erasure/tables.ts';
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
