import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const seconds = { quick: 4, full: 30 };

export const resetInCommit: Fault = {
  name: 'reset-in-commit',
  what: 'connections to PostgreSQL are cut when a COMMIT passes: before it arrives, or before its answer does',
  run: async ({ links }, random, pace) => {
    links.postgres.judge((chunk) => {
      if (!chunk.includes('commit') || random.chance(0.7)) return 'pass';
      return random.pick(['cut-before', 'cut-after']);
    });
    await delay(seconds[pace] * 1_000);
  },
};
