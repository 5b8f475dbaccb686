import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Collection, Db } from 'mongodb';
import { cpuSeconds } from '../process-cpu.ts';
import { startRemindersStack } from '../reminders/reminders-stack.ts';
import { publishChange, windowDueAt } from '../reminders/schedule-event.ts';
import { seedPlanned } from '../reminders/seed-reminders.ts';
import { storeCpuSeconds } from '../reminders/store-cpu.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';

const count = Number(process.env.BENCH_REMINDERS ?? 1_000_000);
const seedersAtOnce = 4;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Reminders fall due after the benchmark, some in each minute. */
const dueFromMs = 2 * dayMs;
const dueWithinMs = 30 * dayMs;
/** Time after the seeding for the store to compact, which takes about a minute. */
const settleMs = 90_000;
const warmUps = 60;
const turns = 300;
const goalMs = 10;
const planWithinMs = 30_000;

/**
 * With a million planned reminders: the CPU of an idle minute, compared with an empty store; and
 * the time from publishing an event until its two reminders are planned and announced, compared
 * with an upsert and insert of the same documents in the store.
 */
export const remindersAtRestBenchmark: Benchmark = async (log) => {
  const stack = await startRemindersStack(log);
  const nats = await connect({ servers: stack.natsUrl });
  try {
    const { db } = stack;
    const { pid } = await stack.startWorker();
    const plan = planner(nats);
    const seededFrom = Date.now() + dueFromMs;
    // Creates the jobs of its minutes; the others are copies of them.
    await plan(seededFrom);
    const empty = await idleMinute(pid);
    log(`an idle minute, nothing planned: ${JSON.stringify(empty)}`);

    const seedingFrom = performance.now();
    await seedAll(db, seededFrom);
    const seededInSeconds = rounded((performance.now() - seedingFrom) / 1_000);
    log(`${count} planned in ${seededInSeconds} s`);
    await delay(settleMs);
    const atRest = await idleMinute(pid);
    log(`an idle minute, ${count} planned: ${JSON.stringify(atRest)}`);

    // In these minutes, because a worker that has been up for a while knows their jobs.
    const dueAt = (turn: number) => seededFrom + (turn % warmUps) * minuteMs;
    for (let turn = 0; turn < warmUps; turn += 1) await plan(dueAt(turn));
    const ours: number[] = [];
    const reference: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const { assignmentId, ms } = await plan(dueAt(turn));
      ours.push(ms);
      reference.push(await writeCopy(db, assignmentId));
    }
    const [p50, p99] = [rounded(percentile(ours, 50)), rounded(percentile(ours, 99))];
    const referenceP99 = rounded(percentile(reference, 99));
    return {
      name: 'reminders-at-rest',
      unit: 'ms',
      ours: p99,
      reference: referenceP99,
      ratio: rounded(referenceP99 / p99),
      p50,
      p99,
      details: {
        planned: count,
        seededInSeconds,
        turns,
        goalMs,
        referenceP50: rounded(percentile(reference, 50)),
        idleMinute: { empty, atRest },
      },
    };
  } finally {
    await nats.close();
    await stack.stop();
  }
};

/** CPU seconds of an idle minute. */
async function idleMinute(pid: number): Promise<{ remindersCpuSeconds: number; storeCpuSeconds: number }> {
  const used = async () => [await cpuSeconds(pid), await storeCpuSeconds()] as const;
  const before = await used();
  await delay(minuteMs);
  const after = await used();
  // NaN, and null in the result, without /proc.
  const spent = (index: 0 | 1) => rounded((after[index] ?? Number.NaN) - (before[index] ?? Number.NaN));
  return { remindersCpuSeconds: spent(0), storeCpuSeconds: spent(1) };
}

/** Inserts records, ledger rows, and a job for each minute with due reminders. */
async function seedAll(db: Db, from: number): Promise<void> {
  const share = Math.ceil(count / seedersAtOnce);
  const dueAt = (index: number) => new Date(from + Math.floor((index * dueWithinMs) / share));
  await Promise.all(Array.from({ length: seedersAtOnce }, () => seedPlanned(db, { count: share, dueAt })));
  const jobs = db.collection('jobs');
  const job = await jobs.findOne({ name: 'dispatch' }, { sort: { nextRunAt: -1 } });
  if (job === null) throw new Error('What was planned has no job.');
  const { _id, ...fields } = job;
  const first = job.data.minute.getTime();
  const perDay = dayMs / minuteMs;
  for (let from = 1; from <= dueWithinMs / minuteMs; from += perDay) {
    const minutes = Array.from({ length: perDay }, (_, index) => new Date(first + (from + index) * minuteMs));
    await jobs.insertMany(minutes.map((minute) => ({ ...fields, data: { minute }, nextRunAt: minute })));
  }
}

/**
 * Publishes the confirmation of a new assignment and waits until both of its reminders are queued.
 */
function planner(nats: NatsConnection) {
  const stream = jetstream(nats);
  return async (dueAt: number) => {
    const assignmentId = randomUUID();
    const queued = nats.subscribe('reminder.queued', { timeout: planWithinMs });
    const from = performance.now();
    const published = publishChange(stream, {
      type: 'schedule.confirmed',
      version: 2,
      assignmentId,
      window: windowDueAt(dueAt),
    });
    let left = 2;
    for await (const message of queued) {
      if (message.json<{ subject: string }>().subject === assignmentId) left -= 1;
      if (left === 0) break;
    }
    const ms = performance.now() - from;
    await published;
    return { assignmentId, ms };
  };
}

/** Measures the store alone: an upsert and an insert of copies of this assignment's documents. */
async function writeCopy(db: Db, assignmentId: string): Promise<number> {
  const assignments: Collection<{ _id: string }> = db.collection('assignments');
  const ledger: Collection<{ _id: string }> = db.collection('reminders');
  const record = await assignments.findOne({ _id: assignmentId });
  const rows = await ledger.find({ _id: { $gte: `${assignmentId}:`, $lt: `${assignmentId};` } }).toArray();
  if (record === null || rows.length === 0) throw new Error('What was planned is not in the store.');
  const copyId = randomUUID();
  const { _id, ...fields } = record;
  const copies = rows.map((row) => ({ ...row, _id: row._id.replace(assignmentId, copyId), assignmentId: copyId }));
  const from = performance.now();
  await assignments.findOneAndUpdate({ _id: copyId }, { $setOnInsert: fields }, { upsert: true });
  await ledger.insertMany(copies);
  return performance.now() - from;
}
