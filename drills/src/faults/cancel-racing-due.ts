import { setTimeout as delay } from 'node:timers/promises';
import { raceTheClock } from '../load/race-the-clock.ts';
import type { Fault } from './fault.ts';

const seconds = { quick: 7, full: 60 };
const heldMs = 400;

export const cancelRacingDue: Fault = {
  name: 'cancel-racing-due',
  what: 'everybody cancels or moves their window at the moment at which its reminder is due, and a worker hesitates with it in hand',
  journeys: [raceTheClock],
  run: async ({ orders }, _random, pace) => {
    const until = performance.now() + seconds[pace] * 1_000;
    while (performance.now() < until) {
      await orders.arm('reminders', 'after-claim', { do: 'delay', ms: heldMs });
      await delay(heldMs / 2);
    }
  },
};
