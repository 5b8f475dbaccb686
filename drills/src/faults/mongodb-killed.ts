import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/devstack';
import type { Fault } from './fault.ts';

const kills = { quick: 2, full: 8 };

export const mongodbKilled: Fault = {
  name: 'mongodb-killed',
  what: 'SIGKILL of MongoDB, and a while without it',
  run: async ({ servers: { mongo }, toll }, random, pace) => {
    for (let kill = 0; kill < kills[pace]; kill += 1) {
      await delay(random.between(300, 1_500));
      await mongo.signal('SIGKILL');
      toll.kills += 1;
      await mongo.halt();
      await delay(random.between(0, 1_500));
      await eventually(() => mongo.resume(), 30_000);
    }
  },
};
