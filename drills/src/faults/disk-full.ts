import { setTimeout as delay } from 'node:timers/promises';
import { onSmallDisk } from '../stack/small-disk.ts';
import type { Fault } from './fault.ts';

const fullMs = { quick: 6_000, full: 20_000 };

export const diskFull: Fault = {
  name: 'disk-full',
  what: 'the disk of PostgreSQL, NATS and MongoDB is full, of one after the other; each is started again when there is room',
  alerts: ['EventsLate'],
  needsSmallDisk: true,
  isOnlyFull: true,
  inject: async ({ stack: { servers }, random, pace }) => {
    for (const server of random.shuffle([servers.postgres, servers.nats, servers.mongo])) {
      await onSmallDisk(server, async (disk) => {
        await delay(random.between(300, 1_500));
        await disk.fill();
        await delay(fullMs[pace]);
        await disk.empty();
      });
      await delay(random.between(300, 1_500));
    }
  },
};
