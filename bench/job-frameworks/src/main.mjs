/** `npm start [-- FRAMEWORK…]`: the table of ADR 0002. */
import { measure } from './measure.mjs';
import { startAll } from './servers.mjs';

const count = 10_000;
const all = ['agenda', 'bullmq', 'pg-boss', 'node-cron'];
const asked = process.argv.slice(2);

const servers = await startAll();
try {
  const rows = [];
  for (const name of asked.length > 0 ? asked : all) {
    if (name === 'bullmq' && !servers.urls.redis) continue;
    console.error(`${name} …`);
    rows.push(await measure(name, { count, servers: servers.urls }));
    console.error(JSON.stringify(rows.at(-1)));
  }
  console.log(`| ${count} jobs due in one second | done when killed | lost | twice | p50 late | p99 late | last |`);
  console.log('|---|---|---|---|---|---|---|');
  const seconds = (ms) => (ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`);
  for (const { name, killed, lost, twice, p50, p99, last } of rows) {
    console.log(`| ${name} | ${killed} | ${lost} | ${twice} | ${seconds(p50)} | ${seconds(p99)} | ${seconds(last)} |`);
  }
} finally {
  await servers.stop();
}
