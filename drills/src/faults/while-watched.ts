import { join } from 'node:path';
import { watchStreams } from '@punctual/devstack';
import type { DrillStack } from '../stack/drill-stack.ts';

/** Runs `streams apply --watch` meanwhile, unless the stack does. */
export async function whileWatched(stack: DrillStack, work: () => Promise<void>): Promise<void> {
  if (stack.isWatched) return work();
  const logFile = join(stack.folder, 'logs', 'streams.log');
  const environment = stack.streamSettings;
  const watch = await watchStreams(stack.addresses.nats, { metrics: undefined, environment, logFile });
  try {
    await work();
  } finally {
    await watch.stop();
  }
}
