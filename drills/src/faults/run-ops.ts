import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DrillStack } from '../stack/drill-stack.ts';

const ops = fileURLToPath(new URL('../../../ops/src/main.ts', import.meta.url));

/** Runs a command for operations on the stack's databases and streams. */
export async function runOps({ addresses, streamSettings }: DrillStack, command: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [ops, ...command], {
    env: {
      ...process.env,
      ...streamSettings,
      NATS_URL: addresses.nats,
      SCHEDULING_DATABASE_URL: addresses.databases.scheduling,
      PAYOUTS_DATABASE_URL: addresses.databases.payouts,
    },
  });
}
