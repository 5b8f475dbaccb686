import { setTimeout as delay } from 'node:timers/promises';
import { contest } from '../load/contest.ts';
import { instances } from '../stack/instances.ts';
import type { Fault } from './fault.ts';

const contestSeconds = { quick: 4, full: 60 };
const clockOffsetMs = 5 * 60_000;
/** Wrong for less than the 15 s after which that is an alert, and right for as long. */
const clockSeconds = { quick: 5, full: 10 };
const clockRounds = { quick: 1, full: 8 };

export const timeFaults: readonly Fault[] = [
  {
    name: 'contested-windows',
    what: 'all customers want the same providers at the same time',
    alerts: [],
    journeys: [contest],
    inject: ({ pace }) => delay(contestSeconds[pace] * 1_000),
  },
  {
    name: 'clock-off-5-minutes',
    what: 'the clock of one process is five minutes fast or slow for seconds, now of this one, now of that one',
    alerts: [],
    inject: async ({ stack, random, pace }) => {
      for (let round = 0; round < clockRounds[pace]; round += 1) {
        const service = random.pick(['scheduling', 'reminders', 'payouts'] as const);
        const pid = stack.processes.service(service, random.pick(instances)).pid();
        if (pid !== undefined) await stack.orders.setClock(pid, random.pick([-clockOffsetMs, clockOffsetMs]));
        await delay(clockSeconds[pace] * 1_000);
        await stack.orders.withdraw();
        await delay(clockSeconds[pace] * 1_000);
      }
    },
  },
];
