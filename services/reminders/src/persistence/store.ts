import type { Lifecycle, Logger } from '@punctual/chassis';
import { type Collection, type Db, MongoClient, MongoServerError } from 'mongodb';
import type {
  AssignmentDocument,
  AttemptDocument,
  ErasureDocument,
  HeartbeatDocument,
  PositionDocument,
  PublishedDocument,
  ReminderDocument,
  TurnDocument,
} from './documents.ts';
import { noticeStuck } from './notice-stuck.ts';
import { renewStuck } from './renew-stuck.ts';
import { serverOf, watchStore } from './watch-store.ts';

/**
 * The service's MongoDB: records, ledger and heartbeats. Agenda's jobs are in the same database.
 */
export type Store = {
  db: Db;
  assignments: Collection<AssignmentDocument>;
  ledger: Collection<ReminderDocument>;
  heartbeats: Collection<HeartbeatDocument>;
  erasures: Collection<ErasureDocument>;
  published: Collection<PublishedDocument>;
  positions: Collection<PositionDocument>;
  attempts: Collection<AttemptDocument>;
  turns: Collection<TurnDocument>;
};

export const jobsCollection = 'jobs';

/** Records with a non-empty outbox. Queries must use this exact filter for the partial index. */
export const isUnsettled = { 'outbox.0': { $exists: true } };

const connectAttemptMs = 2_000;
const answerMs = 30_000;
const heartbeatMs = 10_000;
const heartbeatEveryMs = 10_000;
/** As long as the outboxes of the other services: from these events, REMINDER is refilled. */
const publishedKeptSeconds = 7 * 86_400;
/** Notes of messages that never came back: their streams have dropped them by then. */
const attemptsKeptSeconds = 7 * 86_400;

/**
 * Connects, and creates the indexes that the rules need.
 * @throws when the store is unavailable: the service can do nothing without it
 */
export async function openStore({
  url,
  logger,
  lifecycle,
  onAway,
}: {
  url: string;
  logger: Logger;
  lifecycle: Lifecycle;
  /** Called when no server can be written to: after that, the store may be another one. */
  onAway?: () => void;
}): Promise<Store> {
  const client = new MongoClient(url, {
    appName: 'reminders',
    serverSelectionTimeoutMS: connectAttemptMs,
    connectTimeoutMS: heartbeatMs,
    heartbeatFrequencyMS: heartbeatEveryMs,
    socketTimeoutMS: answerMs,
    writeConcern: { w: 'majority' },
  });
  lifecycle.onShutdown('store', () => client.close());
  // MongoDB may answer a heartbeat only when the next one is due.
  renewStuck(client, { withinMs: heartbeatEveryMs + heartbeatMs + connectAttemptMs, logger, lifecycle });
  noticeStuck(client, { withinMs: 2 * answerMs, onStuck: crash });
  watchStore(client, { logger, lifecycle, onAway });
  await client.connect().catch((error: Error) => {
    throw new Error(`MongoDB at ${serverOf(client)} cannot be used: ${error.message}`, { cause: error });
  });
  const db = client.db();
  const store: Store = {
    db,
    assignments: db.collection('assignments'),
    ledger: db.collection('reminders'),
    heartbeats: db.collection('pulse'),
    erasures: db.collection('erasures'),
    published: db.collection('published'),
    positions: db.collection('positions'),
    attempts: db.collection('attempts'),
    turns: db.collection('turns'),
  };
  await createIndexes(store);
  return store;
}

/**
 * Ends the process so that it is restarted: what waits for such a command cannot be freed, and a
 * crash loses nothing.
 */
function crash(): never {
  throw new Error('A command to the store never ends.');
}

/**
 * Few indexes, since each makes every write more expensive. Rows of one assignment are found by
 * their `_id`.
 */
async function createIndexes({ db, assignments, ledger, published, attempts }: Store): Promise<void> {
  // Due, late and claimed reminders are all found by state and time.
  await ledger.createIndex({ state: 1, sendAt: 1 });
  // Almost every outbox is empty, and such records are not in the index.
  await assignments.createIndex({ 'outbox.at': 1 }, { name: 'unsettled', partialFilterExpression: isUnsettled });
  // Agenda's `unique()` is an upsert; only this makes it unique under a race.
  await db.collection(jobsCollection).createIndex({ name: 1, 'data.minute': 1 }, { unique: true });
  await published.createIndex({ at: 1 }, { expireAfterSeconds: publishedKeptSeconds });
  // From the end of the stream down; null for those that it has lost.
  await published.createIndex({ streamSequence: 1 });
  await attempts.createIndex({ at: 1 }, { expireAfterSeconds: attemptsKeptSeconds });

  // Indexes of earlier releases.
  await ledger.dropIndex('assignmentId_1_dueAt_1').catch(ignoreNotFound);
  await assignments.dropIndex('outbox.at_1').catch(ignoreNotFound);
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof MongoServerError && error.codeName === 'IndexNotFound')) throw error;
}
