import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { cpuSeconds } from '../process-cpu.ts';
import { readPublished, untilPublished } from '../reminders/published.ts';
import { startRemindersStack } from '../reminders/reminders-stack.ts';
import { seedPlanned } from '../reminders/seed-reminders.ts';
import { storeCpuSeconds } from '../reminders/store-cpu.ts';
import { publishRate, updateRate } from '../reminders/store-rates.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';

const count = Number(process.env.BENCH_REMINDERS ?? 100_000);
const workers = 2;
/** The size of a reminder event. */
const eventBytes = 1_050;
/** After this long without a new event, missing ones count as lost. */
const patienceMs = 20_000;
const warmUpMs = 3_000;
const marginMs = 5_000;

/**
 * Sends 100,000 reminders that are all due at the same time: how many per second, how late is each,
 * and is any lost or sent twice? The reference is what the store and NATS do alone with the same
 * rows, one after the other.
 */
export const remindersBenchmark: Benchmark = async (log) => {
  const stack = await startRemindersStack(log);
  try {
    const { db, natsUrl } = stack;
    // The first worker creates the indexes, so that seeding updates them.
    await (await stack.startWorker()).stop();
    const seededAt = performance.now();
    const due = new Date(Date.now() + 60 * 60_000);
    await seedPlanned(db, { count, dueAt: () => due });
    log(`${count} planned in ${rounded((performance.now() - seededAt) / 1_000)} s`);
    const reference = {
      updates: await updateRate(db, count),
      publishes: await publishRate(natsUrl, { count, bytes: eventBytes }),
    };
    log(`reference: ${rounded(reference.updates)} updates/s, ${rounded(reference.publishes)} publishes/s`);

    const started = await Promise.all(Array.from({ length: workers }, () => stack.startWorker()));
    await delay(warmUpMs);
    await bringForward(db, (2 * count) / reference.updates);
    const measure = () => Promise.all([storeCpuSeconds(), ...started.map(({ pid }) => cpuSeconds(pid))]);
    const begun = await measure();
    await untilPublished(natsUrl, count, patienceMs);
    // Duplicates would come late.
    await delay(warmUpMs);
    const used = await measure();
    const [store, ...ofWorkers] = used.map((seconds, index) =>
      rounded((((seconds ?? 0) - (begun[index] ?? 0)) * 1e6) / count),
    );
    const { times, latenessMs, firstAt, lastAt } = await readPublished(natsUrl);
    const ours = (times.size * 1_000) / (lastAt - firstAt);
    const alone = 1 / (1 / reference.updates + 1 / reference.publishes);
    return {
      name: 'reminders',
      unit: 'reminders/s',
      ours: rounded(ours),
      reference: rounded(alone),
      ratio: rounded(ours / alone),
      p50: percentile(latenessMs, 50),
      p99: percentile(latenessMs, 99),
      details: {
        reminders: count,
        workers,
        lost: count - times.size,
        twice: [...times.values()].filter((sent) => sent > 1).length,
        lastLateMs: percentile(latenessMs, 100),
        notMarkedSent: await db.collection('reminders').countDocuments({ state: { $ne: 'SENT' } }),
        updatesPerSecond: rounded(reference.updates),
        publishesPerSecond: rounded(reference.publishes),
        cpuMicrosPerReminder: { store, workers: ofWorkers },
      },
    };
  } finally {
    await stack.stop();
  }
};

/** Makes the seeded reminders due soon: seeding takes longer than a minute. */
async function bringForward(db: Db, inSeconds: number): Promise<void> {
  const moment = new Date(Date.now() + inSeconds * 1_000 + marginMs);
  await db.collection('reminders').updateMany({ state: 'PLANNED' }, { $set: { dueAt: moment, sendAt: moment } });
  if (Date.now() > moment.getTime()) throw new Error('The moment came before all were planned for it; try again.');
  await delay(moment.getTime() - Date.now());
}
