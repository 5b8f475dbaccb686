import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const cutSeconds = { quick: 4, full: 30 };
const slowSeconds = { quick: 5, full: 40 };
const latencyMs = 300;

export const networkFaults: readonly Fault[] = [
  {
    name: 'reset-in-commit',
    what: 'connections to PostgreSQL are reset around a COMMIT: before it arrives, or before its answer does',
    alerts: [],
    inject: async ({ stack: { links }, random, pace }) => {
      links.postgres.judge((chunk) => {
        if (!chunk.includes('commit') || random.chance(0.7)) return 'pass';
        return random.pick(['cut-before', 'cut-after']);
      });
      await delay(cutSeconds[pace] * 1_000);
    },
  },
  {
    name: 'slow-network',
    what: '300 ms of latency between services and servers; now and then a third of the connections are reset',
    alerts: ['EventsNotPublished'],
    inject: async ({ stack: { links }, random, pace }) => {
      const all = Object.values(links);
      for (const link of all) link.delay(latencyMs);
      const until = performance.now() + slowSeconds[pace] * 1_000;
      while (performance.now() < until) {
        await delay(random.between(500, 2_000));
        random.pick(all).reset(1 / 3);
      }
    },
  },
];
