import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const stoppedMs = { quick: 5_000, full: 20_000 };

export const natsStop20s: Fault = {
  name: 'nats-stop-20s',
  what: 'SIGSTOP of NATS for 20 s: its connections stand, and nobody answers',
  run: async ({ servers: { nats } }, _random, pace) => {
    await nats.signal('SIGSTOP');
    try {
      await delay(stoppedMs[pace]);
    } finally {
      await nats.signal('SIGCONT');
    }
  },
};
