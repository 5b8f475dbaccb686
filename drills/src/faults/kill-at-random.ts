import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from '@punctual/devstack';
import { instances } from '../world.ts';
import type { Fault } from './fault.ts';

const kills = { quick: 3, full: 20 };

/** SIGKILL of one instance or the other, at random moments, sometimes while the other is down as well. */
export function killAtRandom(service: ServiceName): Fault {
  return {
    name: `kill-${service}`,
    what: `SIGKILL of ${service} at random moments`,
    run: async (world, random, pace) => {
      for (let kill = 0; kill < kills[pace]; kill += 1) {
        await delay(random.between(200, 1_200));
        await world.kill(service, random.pick(instances));
      }
    },
  };
}
