import { setTimeout as delay } from 'node:timers/promises';
import { contest } from '../load/contest.ts';
import type { Fault } from './fault.ts';

const seconds = { quick: 4, full: 60 };

export const contestedWindows: Fault = {
  name: 'contested-windows',
  what: 'everybody wants the same provider at the same time',
  journeys: [contest],
  run: (_world, _random, pace) => delay(seconds[pace] * 1_000),
};
