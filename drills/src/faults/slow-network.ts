import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const seconds = { quick: 5, full: 40 };
const latencyMs = 300;

export const slowNetwork: Fault = {
  name: 'slow-network',
  what: '300 ms of latency between the services and all their servers, and a third of the connections reset now and then',
  run: async ({ links }, random, pace) => {
    const all = Object.values(links);
    for (const link of all) link.delay(latencyMs);
    const until = performance.now() + seconds[pace] * 1_000;
    while (performance.now() < until) {
      await delay(random.between(500, 2_000));
      random.pick(all).reset(1 / 3);
    }
  },
};
