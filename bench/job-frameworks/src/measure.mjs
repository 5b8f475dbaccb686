import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jobsOf } from './jobs.mjs';

const worker = new URL('worker.mjs', import.meta.url);
const concurrency = 100;
const leadMs = 15_000;
/** Nothing for so long, three times a lock: what is missing is lost. */
const patienceMs = 90_000;

/**
 * Plans so many jobs that are due within one second, kills the worker when half of them are done, starts another at once, and waits.
 * @returns how many were lost, how many came twice, and how late (milliseconds) what was done was done first
 */
export async function measure(name, { count, servers }) {
  const framework = await import(`./frameworks/${name}.mjs`);
  const folder = await mkdtemp(join(tmpdir(), 'job-frameworks-'));
  const effects = join(folder, 'effects');
  const plan = { count, dueAt: Date.now() + leadMs };
  const jobs = jobsOf(plan);
  const isKept = framework.needs !== undefined;
  if (isKept) {
    const planner = await framework.open({ ...servers, concurrency });
    await planner.plan(jobs);
    await planner.close();
  }
  const start = async (planning) => {
    const WORK = JSON.stringify({ effects, servers, concurrency, ...(planning && { plan }) });
    const child = fork(worker, [name], { env: { ...process.env, WORK } });
    await once(child, 'message');
    return child;
  };
  let child = await start(!isKept);
  try {
    await until(effects, count / 2);
    await kill(child);
    const killed = (await readEffects(effects)).length;
    child = await start(false);
    await until(effects, count);
    const done = await readEffects(effects);
    return { name, killed, ...summary(jobs, done) };
  } finally {
    await kill(child);
    await rm(folder, { recursive: true });
  }
}

async function kill(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Resolves when so many different jobs are done, or nothing has come for a while. */
async function until(effects, wanted) {
  let seen = -1;
  for (let quietSince = Date.now(); Date.now() - quietSince < patienceMs; ) {
    const done = new Set((await readEffects(effects)).map(({ id }) => id)).size;
    if (done >= wanted) return;
    if (done > seen) quietSince = Date.now();
    seen = done;
    await delay(20);
  }
}

async function readEffects(effects) {
  const text = await readFile(effects, 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => line.split(' ').map(Number)).map(([id, at]) => ({ id, at }));
}

function summary(jobs, done) {
  const times = Map.groupBy(done, ({ id }) => id);
  const late = jobs
    .flatMap(({ id, dueAt }) => (times.has(id) ? Math.min(...times.get(id).map(({ at }) => at)) - dueAt : []))
    .toSorted((a, b) => a - b);
  const percentile = (percent) => late[Math.ceil((late.length * percent) / 100) - 1];
  return {
    lost: jobs.length - times.size,
    twice: [...times.values()].filter(({ length }) => length > 1).length,
    p50: percentile(50),
    p99: percentile(99),
    last: percentile(100),
  };
}
