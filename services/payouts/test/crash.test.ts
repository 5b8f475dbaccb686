import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const assignments = 60;

let world: PayoutsService;

beforeAll(async () => {
  world = await startPayouts({ instances: 0 });
});

afterAll(() => world.stop());

function startProcess(): ChildProcess {
  return spawn(process.execPath, ['--import', '@punctual/chassis/otel', 'src/main.ts'], {
    cwd: folder,
    env: { ...process.env, ...world.serviceEnv },
    stdio: 'ignore',
  });
}

test('a repeatedly killed service opens each payout once and publishes each version once', async () => {
  const all = Array.from({ length: assignments }, () => history(['propose', 'confirm', 'complete'], newParties()));
  await world.publish(...all.flat());

  for (let kill = 0; kill < 3; kill += 1) {
    const child = startProcess();
    await untilApplied((kill + 1) * 30);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await world.start();
  const events = await world.published(assignments * 2);
  await world.untilConsumed();

  const { rows } = await world.database.query('select status, version from payout');
  expect(rows).toEqual(Array.from({ length: assignments }, () => ({ status: 'AWAITING_APPROVAL', version: 2 })));
  for (const [opening] of all) {
    const told = events.filter(({ data }) => data.assignmentId === opening?.data.assignmentId);
    expect(told.map(({ sequence, type }) => [sequence, type])).toEqual([
      ['0000000001', 'payout.pending'],
      ['0000000002', 'payout.awaiting_approval'],
    ]);
  }
  expect(new Set(events.map(({ id }) => id)).size).toBe(assignments * 2);
}, 60_000);

/** Waits until so many events have been applied, acknowledged or not. */
function untilApplied(count: number): Promise<void> {
  return eventually(
    async () => {
      const { rows } = await world.database.query('select count(*)::int as applied from inbox');
      expect(rows[0].applied).toBeGreaterThanOrEqual(count);
    },
    { everyMs: 1 },
  );
}
