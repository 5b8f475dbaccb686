import { Queue, Worker } from 'bullmq';

export const needs = 'redis';

export async function open({ redis, concurrency }) {
  const { hostname: host, port } = new URL(redis);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue('remind', { connection });
  return {
    plan: (jobs) =>
      queue.addBulk(
        jobs.map(({ id, dueAt }) => ({
          name: 'remind',
          data: { id },
          opts: { delay: Math.max(0, dueAt - Date.now()), removeOnComplete: true },
        })),
      ),
    work: async (run) => {
      const worker = new Worker('remind', async (job) => run(job.data.id), { connection, concurrency });
      worker.on('error', (error) => console.error(error.message));
      await worker.waitUntilReady();
    },
    close: () => queue.close(),
  };
}
