import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const kills = { quick: 3, full: 15 };

export const natsKillLoop: Fault = {
  name: 'nats-kill-loop',
  what: 'SIGKILL of NATS, again and again',
  run: async ({ servers: { nats }, toll }, random, pace) => {
    for (let kill = 0; kill < kills[pace]; kill += 1) {
      await delay(random.between(300, 1_500));
      await nats.signal('SIGKILL');
      toll.kills += 1;
      await nats.halt();
      await delay(random.between(0, 500));
      await nats.resume();
    }
  },
};
