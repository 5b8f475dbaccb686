/** A worker: `node src/worker.mjs FRAMEWORK`. Each job's effect is one line in a file, which outlives a SIGKILL. */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { jobsOf } from './jobs.mjs';

const { effects, servers, concurrency, plan } = JSON.parse(process.env.WORK);
const file = openSync(effects, 'a');
const { open } = await import(`./frameworks/${process.argv[2]}.mjs`);
const framework = await open({ ...servers, concurrency });
// For what keeps nothing: only the process that plans knows.
if (plan) await framework.plan(jobsOf(plan));
await framework.work(async (id) => {
  // What a call to somebody else takes.
  await delay(5);
  writeSync(file, `${id} ${Date.now()}\n`);
});
process.send('ready');
