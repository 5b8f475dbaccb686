import { PgBoss } from 'pg-boss';

export const needs = 'postgres';

export async function open({ postgres, concurrency }) {
  const boss = new PgBoss({ connectionString: postgres, superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 });
  boss.on('error', (error) => console.error(error.message));
  await boss.start();
  // As long as the locks of the others.
  await boss.createQueue('remind', { expireInSeconds: 30, retryLimit: 2 });
  return {
    plan: (jobs) =>
      boss.insert(
        'remind',
        jobs.map(({ id, dueAt }) => ({ data: { id }, startAfter: new Date(dueAt) })),
      ),
    work: (run) =>
      boss.work('remind', { batchSize: concurrency, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true }, (jobs) =>
        Promise.all(jobs.map(({ data }) => run(data.id))),
      ),
    close: () => boss.stop({ graceful: false }),
  };
}
