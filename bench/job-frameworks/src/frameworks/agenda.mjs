import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { MongoClient } from 'mongodb';

export const needs = 'mongo';
/** As reminders has it. */
const lockLifetimeMs = 30_000;

export async function open({ mongo, concurrency }) {
  const client = await MongoClient.connect(mongo);
  const db = client.db('job_frameworks');
  const backend = new MongoBackend({ mongo: db, collection: 'jobs' });
  const agenda = new Agenda({
    backend,
    processEvery: 100,
    maxConcurrency: concurrency,
    defaultConcurrency: concurrency,
    defaultLockLimit: concurrency,
    defaultLockLifetime: lockLifetimeMs,
  });
  agenda.on('error', (error) => console.error(error.message));
  return {
    plan: async (jobs) => {
      await agenda.ready;
      // `schedule` is one round trip for each; what is measured is what comes after it.
      const documents = jobs.map(({ id, dueAt }) => ({
        name: 'remind',
        type: 'normal',
        priority: 0,
        data: { id },
        nextRunAt: new Date(dueAt),
        lockedAt: null,
      }));
      await db.collection('jobs').insertMany(documents);
    },
    work: async (run) => {
      agenda.define('remind', async (job) => run(job.attrs.data.id), { removeOnComplete: true });
      await agenda.start();
    },
    close: () => client.close(),
  };
}
