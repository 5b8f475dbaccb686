import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const restarts = { quick: 2, full: 8 };

export const restartPostgres: Fault = {
  name: 'restart-postgres',
  what: 'PostgreSQL is stopped, with all connections, and started again',
  run: async ({ servers }, random, pace) => {
    for (let restart = 0; restart < restarts[pace]; restart += 1) {
      await delay(random.between(300, 1_500));
      await servers.postgres.halt();
      await delay(random.between(0, 1_000));
      await servers.postgres.resume();
    }
  },
};
