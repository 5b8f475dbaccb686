import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Fault } from './fault.ts';

const ops = fileURLToPath(new URL('../../../ops/src/main.ts', import.meta.url));
const goneMs = { quick: 2_000, full: 20_000 };

export const streamDeletedAndRebuilt: Fault = {
  name: 'stream-deleted-and-rebuilt',
  what: 'SCHEDULE is deleted while people work, and rebuilt from the outbox by `npm run ops -- rebuild-stream`',
  run: async ({ bus, addresses }, _random, pace) => {
    await bus.manager.streams.delete('SCHEDULE');
    await delay(goneMs[pace]);
    await promisify(execFile)(process.execPath, [ops, 'rebuild-stream', '--stream', 'SCHEDULE', '--yes'], {
      env: {
        ...process.env,
        NATS_URL: addresses.nats,
        SCHEDULING_DATABASE_URL: addresses.databases.scheduling,
        PAYOUTS_DATABASE_URL: addresses.databases.payouts,
      },
    });
  },
};
