import type { Lifecycle, Logger } from '@punctual/chassis';
import { type Collection, type Db, MongoClient, MongoServerError } from 'mongodb';
import type { AssignmentDocument, PulseDocument, ReminderDocument } from './documents.ts';
import { noticeStuck } from './notice-stuck.ts';
import { renewStuck } from './renew-stuck.ts';
import { serverOf, watchStore } from './watch-store.ts';

/** The service's MongoDB: the records that decide, the ledger, and the signs of life. Agenda's jobs lie beside them. */
export type Store = {
  db: Db;
  assignments: Collection<AssignmentDocument>;
  ledger: Collection<ReminderDocument>;
  pulse: Collection<PulseDocument>;
};

export const jobsCollection = 'jobs';

/** Of records; what asks for them by their index has to say so in these words. */
export const isUnsettled = { 'outbox.0': { $exists: true } };

const connectAttemptMs = 2_000;
const answerMs = 30_000;
const lookMs = 10_000;
const lookEveryMs = 10_000;

/**
 * Connects, and makes the indexes that the rules rest on.
 * @throws when the store cannot be had: without it the service cannot do anything
 */
export async function openStore({
  url,
  logger,
  lifecycle,
}: {
  url: string;
  logger: Logger;
  lifecycle: Lifecycle;
}): Promise<Store> {
  const client = new MongoClient(url, {
    appName: 'reminders',
    serverSelectionTimeoutMS: connectAttemptMs,
    connectTimeoutMS: lookMs,
    heartbeatFrequencyMS: lookEveryMs,
    socketTimeoutMS: answerMs,
    writeConcern: { w: 'majority' },
  });
  lifecycle.onShutdown('store', () => client.close());
  // MongoDB may take until the next look is due to answer one.
  renewStuck(client, { withinMs: lookEveryMs + lookMs + connectAttemptMs, logger, lifecycle });
  noticeStuck(client, { withinMs: 2 * answerMs, onStuck: fallOver });
  watchStore(client, { logger, lifecycle });
  await client.connect().catch((error: Error) => {
    throw new Error(`MongoDB at ${serverOf(client)} cannot be used: ${error.message}`, { cause: error });
  });
  const db = client.db();
  const store: Store = {
    db,
    assignments: db.collection('assignments'),
    ledger: db.collection('reminders'),
    pulse: db.collection('pulse'),
  };
  await createIndexes(store);
  return store;
}

/** Ends the process, which is started again: what waits for such a command cannot be freed, and a crash loses nothing. */
function fallOver(): never {
  throw new Error('A command to the store never ends.');
}

/** Few: every write pays for all that its document is in. What belongs to one assignment is found by its `_id`. */
async function createIndexes({ db, assignments, ledger }: Store): Promise<void> {
  // What is due, what is late, what is claimed: all ask by state and time.
  await ledger.createIndex({ state: 1, sendAt: 1 });
  // Decided and not carried out: empty in almost every record, which then is not in the index.
  await assignments.createIndex({ 'outbox.at': 1 }, { name: 'unsettled', partialFilterExpression: isUnsettled });
  // Agenda's `unique()` is an upsert; only this makes it so under a race.
  await db.collection(jobsCollection).createIndex({ name: 1, 'data.minute': 1 }, { unique: true });

  // Of earlier releases.
  await ledger.dropIndex('assignmentId_1_dueAt_1').catch(ignoreNotFound);
  await assignments.dropIndex('outbox.at_1').catch(ignoreNotFound);
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof MongoServerError && error.codeName === 'IndexNotFound')) throw error;
}
