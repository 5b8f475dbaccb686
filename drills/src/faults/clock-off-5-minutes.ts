import { setTimeout as delay } from 'node:timers/promises';
import { instances } from '../world.ts';
import type { Fault } from './fault.ts';

const offMs = 5 * 60_000;
const seconds = { quick: 5, full: 20 };
const rounds = { quick: 1, full: 6 };

export const clockOff5Minutes: Fault = {
  name: 'clock-off-5-minutes',
  what: 'the clock of one process is five minutes ahead or behind',
  run: async (world, random, pace) => {
    for (let round = 0; round < rounds[pace]; round += 1) {
      const service = random.pick(['scheduling', 'reminders', 'payouts'] as const);
      const pid = world.stack.service(service, random.pick(instances)).pid();
      if (pid !== undefined) await world.orders.setClock(pid, random.pick([-offMs, offMs]));
      await delay(seconds[pace] * 1_000);
      await world.orders.withdraw();
    }
  },
};
