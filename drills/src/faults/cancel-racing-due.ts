import { setTimeout as delay } from 'node:timers/promises';
import { raceTheClock } from '../load/race-the-clock.ts';
import type { Fault } from './fault.ts';

const seconds = { quick: 9, full: 60 };

export const cancelRacingDue: Fault = {
  name: 'cancel-racing-due',
  what: 'everybody cancels or moves their window at the moment at which its reminder is due',
  journeys: [raceTheClock],
  run: (_world, _random, pace) => delay(seconds[pace] * 1_000),
};
