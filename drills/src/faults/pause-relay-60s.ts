import { setTimeout as delay } from 'node:timers/promises';
import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

const pausedMs = { quick: 6_000, full: 60_000 };

export const pauseRelay60s: Fault = {
  name: 'pause-relay-60s',
  what: 'SIGSTOP of the leader between PubAck and mark, for 60 s; then it goes on as if nothing had been',
  run: async (world, random, pace) => {
    const order = { service: 'scheduling', failpoint: 'before-mark', action: { do: 'SIGSTOP' }, times: 1 } as const;
    await atFailpoint({ world, random, pace }, order);
    await delay(pausedMs[pace]);
    world.wake();
    // What it wakes up to is part of it.
    await delay(1_000);
  },
};
