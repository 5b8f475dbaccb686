export { type Database, openDatabase } from './database.ts';
export { forgetDelivered } from './forget-delivered.ts';
export {
  type Claim,
  type CommandRequest,
  claimKey,
  claimKeyAndLock,
  forgetAnswers,
  idempotencyTable,
  keepAnswer,
  recallAnswer,
} from './idempotency.ts';
export { commitWith, inTransaction, type Statement } from './transaction.ts';
