import { eventually, runService } from '@punctual/devstack';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

let world: World;
let holder: Client;

beforeAll(async () => {
  world = await createWorld({ instances: 0 });
  holder = new Client({ connectionString: world.environment.databaseUrl });
  await holder.connect();
  await holder.query(`select pg_advisory_lock(hashtextextended('migrations', 0))`);
});

afterAll(async () => {
  await holder.end();
  await world.stop();
});

it('stops while another instance migrates, and starts once that is done', async () => {
  const [stopped, started] = [
    await runService('payouts', world.serviceEnv),
    await runService('payouts', world.serviceEnv),
  ];
  for (const { url } of [stopped, started]) {
    await eventually(async () => expect((await fetch(`${url}/healthz/live`)).status).toBe(200), 30_000);
  }
  await untilWaiting(2);
  stopped.kill('SIGTERM');
  expect(await stopped.exited).toBe(0);
  await untilWaiting(1);

  await holder.query(`select pg_advisory_unlock(hashtextextended('migrations', 0))`);
  await eventually(async () => expect((await fetch(`${started.url}/healthz/ready`)).status).toBe(200), 30_000);
  started.kill('SIGTERM');
  expect(await started.exited).toBe(0);
}, 120_000);

/** Waits until so many sessions ask for the lock. */
const untilWaiting = (count: number) =>
  eventually(async () => {
    const { rows } = await world.database.query(
      `select count(*)::int as waiting from pg_stat_activity
        where datname = current_database() and query like '%pg_try_advisory_xact_lock%'
          and state like 'idle in transaction%'`,
    );
    expect(rows[0].waiting).toBe(count);
  }, 30_000);
