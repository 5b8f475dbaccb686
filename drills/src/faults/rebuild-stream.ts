import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { World } from '../world.ts';

const ops = fileURLToPath(new URL('../../../ops/src/main.ts', import.meta.url));

/** What ops does about a stream that is lost: `npm run ops -- rebuild-stream`. */
export async function rebuildStream({ addresses }: World, stream: string): Promise<void> {
  await promisify(execFile)(process.execPath, [ops, 'rebuild-stream', '--stream', stream, '--yes'], {
    env: {
      ...process.env,
      NATS_URL: addresses.nats,
      SCHEDULING_DATABASE_URL: addresses.databases.scheduling,
      PAYOUTS_DATABASE_URL: addresses.databases.payouts,
    },
  });
}
