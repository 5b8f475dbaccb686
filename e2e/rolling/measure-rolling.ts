import { setTimeout as delay } from 'node:timers/promises';
import { serviceNames } from '@punctual/devstack';
import { checkWhenIdle } from '../under-load/check.ts';
import { followFeed } from '../under-load/follow-feed.ts';
import { type Load, startMixedLoad } from '../under-load/load.ts';
import { allAt, type MixedStack, startMixedStack, workTree } from '../under-load/mixed-stack.ts';
import type { Outcome } from '../under-load/steady-load.ts';

export type RollingOptions = {
  /** How often each service, or each NATS server, is restarted. */
  rounds: number;
  perSecond: number;
  log: (line: string) => void;
};

export type Period = { outcomes: readonly Outcome[]; seconds: number };

export type RollingResult = {
  /** While nothing restarts. */
  quiet: Period;
  /** While everything does. */
  rolling: Period;
  /** Changes that the live feed of a customer showed. */
  changes: number;
  violations: string[];
};

const users = 4;
const quietMs = 10_000;

/** Restarts every instance of every service, one instance at a time, again and again. */
export function rollServices({ rounds, perSecond, log }: RollingOptions): Promise<RollingResult> {
  return measure('rolling-services', { perSecond }, async (stack) => {
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of serviceNames) await stack.roll(name, workTree);
      log(`round ${round} of ${rounds}`);
    }
  });
}

/** Restarts three NATS servers one by one; each has caught up before the next one stops. */
export function rollNats({ rounds, perSecond, log }: RollingOptions): Promise<RollingResult> {
  return measure('rolling-nats', { perSecond, natsServers: 3 }, async (stack) => {
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of stack.world.environment.natsServers) {
        await server.halt();
        await server.resume();
      }
      log(`round ${round} of ${rounds}`);
    }
  });
}

async function measure(
  name: string,
  { perSecond, ...options }: { perSecond: number; natsServers?: 3 },
  roll: (stack: MixedStack) => Promise<void>,
): Promise<RollingResult> {
  const stack = await startMixedStack(name, allAt(workTree), options);
  try {
    const load: Load = await startMixedLoad(stack, { perSecond, users });
    const follower = await followFeed(stack);
    await delay(quietMs);
    const quiet = load.outcomes();
    const from = performance.now();
    await roll(stack);
    const seconds = (performance.now() - from) / 1_000;
    const feed = await follower.stop();
    const { accepted, wrong } = await load.stop();
    const { violations } = await checkWhenIdle(stack, accepted);
    const before = new Set(quiet);
    return {
      quiet: { outcomes: quiet, seconds: quietMs / 1_000 },
      rolling: { outcomes: load.outcomes().filter((outcome) => !before.has(outcome)), seconds },
      changes: feed.changes,
      violations: [...wrong, ...feed.violations, ...violations],
    };
  } finally {
    await stack.stop();
  }
}
