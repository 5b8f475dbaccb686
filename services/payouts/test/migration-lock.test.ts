import { eventually, runService, untilReadiness } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PayoutsService, startPayouts } from './world.ts';

let world: PayoutsService;
let holder: Client;

beforeAll(async () => {
  world = await startPayouts({ instances: 0 });
  holder = new Client({ connectionString: world.environment.databaseUrl });
  await holder.connect();
  await holder.query(`select pg_advisory_lock(hashtextextended('migrations', 0))`);
});

afterAll(async () => {
  await holder.end();
  await world.stop();
});

test('the service stops on SIGTERM while another instance migrates, and starts after the migration', async () => {
  const [stopped, started] = [
    await runService('payouts', world.serviceEnv),
    await runService('payouts', world.serviceEnv),
  ];
  for (const { url } of [stopped, started]) {
    await eventually(async () => expect((await fetch(`${url}/healthz/live`)).status).toBe(200));
  }
  await untilWaiting(2);
  stopped.kill('SIGTERM');
  expect(await stopped.exited).toBe(0);
  await untilWaiting(1);

  await holder.query(`select pg_advisory_unlock(hashtextextended('migrations', 0))`);
  await untilReadiness(started.url, 200);
  started.kill('SIGTERM');
  expect(await started.exited).toBe(0);
}, 120_000);

/** Waits until so many sessions ask for the lock, each in a transaction of its own that ends. */
const untilWaiting = (count: number) =>
  eventually(async () => {
    const { rows } = await world.database.query(
      `select count(*)::int as waiting from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and query = 'commit' and query_start > now() - interval '2 s'`,
    );
    expect(rows[0].waiting).toBe(count);
  });
