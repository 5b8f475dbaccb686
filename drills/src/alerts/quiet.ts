import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../random.ts';
import type { DrillStack } from '../stack/drill-stack.ts';
import { quietWithinMs } from './alert-drill.ts';
import { startMonitoring } from './monitoring.ts';
import { startObservedLoad } from './observed-load.ts';

/** `fired`: seconds until each alert fired. */
export type QuietResult = { fired: ReadonlyMap<string, number>; commands: number };

/** Lets users work for minutes without a fault. */
export async function runQuietMinutes(stack: DrillStack, minutes: number, seed: number): Promise<QuietResult> {
  const load = startObservedLoad(stack, createRandom(seed));
  const monitoring = await startMonitoring(stack);
  try {
    await monitoring.untilQuiet(quietWithinMs);
    const recording = monitoring.record();
    await delay(minutes * 60_000);
    await recording.stop();
    return { fired: recording.fired, commands: load.result.accepted.length };
  } finally {
    await monitoring.stop();
    await load.stop();
  }
}
