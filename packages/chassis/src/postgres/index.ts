export { insertRows, updateRows, upsertRows } from './bulk-writes.ts';
export {
  type Command,
  type CommandContext,
  type CommandDeps,
  type Decided,
  executeCommand,
  type Load,
  type StoredForm,
} from './command/execute-command.ts';
export { type Aggregate, type AggregateChange, type Saved, saveChanges } from './command/save-changes.ts';
export { changedFields, readLatestItems, readTimeline, type TimelineTable } from './command/timeline.ts';
export { type Database, openDatabase, type Prepared } from './database.ts';
export { DatabaseConfig } from './database-config.ts';
export { erasePeople } from './erasure/erase-people.ts';
export { erasureInsert, presentErasure, type RequestedErasure, selectLatestErasure } from './erasure/erasures.ts';
export { sharedTargets } from './erasure/shared-targets.ts';
export { eraseTextsFunction, erasureTable } from './erasure/tables.ts';
export { countTarget, type ErasureTarget, hasText, withoutText } from './erasure/target.ts';
export {
  type CommandRequest,
  idempotencyAnswerText,
  idempotencyTable,
  type KeyClaim,
  purgeResponses,
} from './idempotency/idempotency.ts';
export { createAttempts, purgeAttempts } from './inbox/attempts.ts';
export { createInbox } from './inbox/inbox.ts';
export { purgeDelivered } from './inbox/purge-delivered.ts';
export { recordInInbox } from './inbox/record-in-inbox.ts';
export { attemptTable, inboxDelete, inboxInsert, inboxReceived, inboxTable } from './inbox/tables.ts';
export { BackgroundMigration, inBatches } from './migrations/background-migration.ts';
export { readOutbox } from './outbox/read-outbox.ts';
export { type OutboxRelay, startOutboxRelay } from './outbox/relay.ts';
export {
  outboxInsert,
  outboxRow,
  outboxStream,
  outboxStreamIndex,
  outboxStreamSequence,
  outboxTable,
} from './outbox/tables.ts';
export { restoreCheck } from './restore/check.ts';
export { isCompared } from './restore/compared.ts';
export { type Lift, type RestoredAggregate, reconcileSome } from './restore/reconcile.ts';
export { restoreTables } from './restore/tables.ts';
export { readUnpublishedOf, renumber, type Unpublished } from './restore/unpublished.ts';
export { runMigrations } from './run-migrations.ts';
export { SessionClient } from './session-client.ts';
export { type Fields, insertInto, json, type Queryable, type Statement, updateOf } from './statement.ts';
export { exclusionViolation, type Transaction } from './transaction.ts';
export { type PostgresUrl, parsePostgresUrl, postgresUrl } from './url.ts';
