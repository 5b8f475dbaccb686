// For ADR 0002: what becomes of an Agenda job when its worker is killed, stopped or drained, or outlives its lock; and of
// `unique()` under a race. Works in a database of its own, which it drops. Takes about half a minute.
//   MONGO_URL=mongodb://… node docs/adr/measurements/agenda-crash.mjs

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { MongoClient } from 'mongodb';

const lockLifetimeMs = 4_000;
const pollMs = 1_000;
const client = await new MongoClient(process.env.MONGO_URL).connect();
const db = client.db('agenda_crash');
const runs = db.collection('runs');

if (process.send) await work(process.argv[2], Number(process.argv[3]));
else await measure();

async function measure() {
  await db.dropDatabase();
  say(`lockLifetime ${lockLifetimeMs} ms, processEvery ${pollMs} ms`);
  await scene('killed during the job', 2_000, (worker) => worker.kill('SIGKILL'));
  await scene('stop() during the job', 2_000, (worker) => worker.send('stop'));
  await scene('drain() during the job', 2_000, (worker) => worker.send('drain'));
  await scene('drain() before a job that was locked ahead', 100, (worker) => worker.send('drain'), 900);
  await scene('a job longer than its lock', 6_000, () => undefined);
  for (const indexed of [false, true]) await race(indexed);
  await db.dropDatabase();
  await client.close();
}

/** One worker takes the job, something happens to it, and another worker that is there from then on shows when it runs (again). */
async function scene(name, jobMs, happens, dueInMs = 0) {
  await db.dropDatabase();
  const first = await startWorker('first', jobMs);
  const dueAt = new Date(Date.now() + dueInMs);
  const jobs = db.collection('agendaJobs');
  await jobs.insertOne({ name: 'tick', type: 'normal', priority: 0, nextRunAt: dueAt, lockedAt: null });
  while (!(await jobs.findOne({ lockedAt: { $ne: null } }))) await delay(20);
  await delay(200);
  const at = Date.now();
  happens(first);
  const second = await startWorker('second', jobMs);
  await delay(lockLifetimeMs + jobMs + 2_000);
  for (const worker of [first, second]) worker.kill('SIGKILL');
  const seen = await runs.find().sort({ startedAt: 1 }).toArray();
  const told = seen.map(({ by, startedAt, endedAt }) => {
    const end = endedAt ? `ended at ${endedAt - at} ms` : 'never ended';
    return `${by} began at ${startedAt - at} ms, ${end}`;
  });
  say(`${name}: ${told.join('; ') || 'never ran'}`);
}

async function startWorker(name, jobMs) {
  const worker = fork(import.meta.filename, [name, String(jobMs)]);
  await once(worker, 'message');
  return worker;
}

async function work(name, jobMs) {
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: db }),
    processEvery: pollMs,
    defaultLockLifetime: lockLifetimeMs,
  });
  agenda.define('tick', async () => {
    const { insertedId } = await runs.insertOne({ by: name, startedAt: Date.now() });
    await delay(jobMs);
    await runs.updateOne({ _id: insertedId }, { $set: { endedAt: Date.now() } });
  });
  await agenda.start();
  process.on('message', async (order) => {
    await agenda[order]();
    process.exit(0);
  });
  process.send('ready');
}

/** Sixteen callers ask for the same job at once, fifty times. */
async function race(indexed) {
  await db.dropDatabase();
  const agenda = new Agenda({ backend: new MongoBackend({ mongo: db }) });
  await agenda.ready;
  if (indexed) await db.collection('agendaJobs').createIndex({ name: 1, 'data.minute': 1 }, { unique: true });
  const times = 50;
  for (let minute = 0; minute < times; minute += 1) {
    const save = () => agenda.create('dispatch', { minute }).unique({ 'data.minute': minute }).save();
    await Promise.allSettled(Array.from({ length: 16 }, save));
  }
  const jobs = await db.collection('agendaJobs').countDocuments();
  say(`unique() ${indexed ? 'with' : 'without'} a unique index: ${jobs} jobs for ${times} keys`);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
