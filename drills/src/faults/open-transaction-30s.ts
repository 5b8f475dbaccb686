import { setTimeout as delay } from 'node:timers/promises';
import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

const openMs = { quick: 4_000, full: 30_000 };

export const openTransaction30s: Fault = {
  name: 'open-transaction-30s',
  what: 'a command stays before its COMMIT for 30 s, and a stranger holds rows and a place in the outbox as long',
  run: async (world, random, pace) => {
    const ms = openMs[pace];
    const stranger = await world.databases.scheduling.connect();
    try {
      await stranger.query(`begin; select nextval(pg_get_serial_sequence('outbox', 'position'));
        select from assignment where status = 'PROPOSED' order by random() limit 3 for update`);
      const order = { service: 'scheduling', failpoint: 'before-commit', action: { do: 'delay', ms } } as const;
      await atFailpoint({ world, random, pace }, { ...order, times: 1 });
      await delay(ms);
      await stranger.query('rollback');
    } finally {
      stranger.release();
    }
  },
};
