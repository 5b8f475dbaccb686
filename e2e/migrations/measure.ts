/**
 * `npm run test:migrations`: upgrades a database of 1.0.0 with a million rows in each table while
 * others write, and prints the longest pause of a writer in each migration. Exits with 1 if one is
 * longer than a second. `-- --rows N` (1000000) sets the number of rows.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import { runProgram } from '@punctual/devstack';
import { createTestLifecycle, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { fill } from './fill.ts';
import {
  type MigrationClass,
  newMigrations,
  releasedMigrations,
  type SqlService,
  sqlOf,
  sqlServices,
} from './migrations.ts';
import { startWriters } from './writers.ts';

const atMostMs = 1_000;
const quietMs = 10_000;
const interrupted = 130;

await runProgram(interrupted, async ({ signal, onEnd }) => {
  const stopped = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { values } = parseArgs({ options: { rows: { type: 'string' } } });
  const rows = Number(values.rows ?? 1_000_000);
  if (!Number.isSafeInteger(rows) || rows < 1) throw new Error('--rows takes a positive whole number.');
  let longest = 0;
  for (const service of sqlServices) {
    longest = Math.max(longest, await Promise.race([measure(service, rows, onEnd), stopped]));
  }
  console.log(`Longest pause: ${longest.toFixed(0)} ms, at most ${atMostMs} ms allowed`);
  return longest <= atMostMs ? 0 : 1;
});

async function measure(service: SqlService, rows: number, onEnd: (end: () => Promise<void>) => void): Promise<number> {
  const environment = await testEnvironment({ postgres: true });
  onEnd(environment.stop);
  const url = environment.databaseUrl;
  const migrations = releasedMigrations(service);
  await migrate(url, migrations);
  const begun = performance.now();
  const database = new Client(url);
  await database.connect();
  await fill[service](database, rows);
  await database.query('vacuum analyze');
  await database.end();
  console.log(`${service} at 1.0.0 with ${rows} rows in each table, filled in ${seconds(begun)} s`);

  const writers = await startWriters(service, url, rows);
  try {
    await delay(quietMs);
    console.log(line('without a migration', (quietMs / 1_000).toFixed(1), writers.longestMs()));
    let longest = 0;
    for (const migration of newMigrations(service)) {
      const since = performance.now();
      migrations.push(migration);
      await migrate(url, migrations);
      const pause = writers.longestMs();
      longest = Math.max(longest, pause);
      const { name, isBackground } = sqlOf(migration);
      console.log(line(`${name}${isBackground ? ', in the background' : ''}`, seconds(since), pause));
    }
    return longest;
  } finally {
    await writers.stop();
  }
}

/** Runs them as a service does, and waits for those in the background. */
async function migrate(url: string, migrations: readonly MigrationClass[]): Promise<void> {
  const lifecycle = createTestLifecycle();
  const database = await openDatabase({ url: parsePostgresUrl(url), poolSize: 2, migrations, lifecycle });
  while (!database.isMigrated()) await database.finishMigrations();
  await lifecycle.stop();
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(1);
}

function line(what: string, took: string, pauseMs: number): string {
  return `  ${what.padEnd(52)} ${took.padStart(7)} s, longest pause ${pauseMs.toFixed(0).padStart(6)} ms`;
}
