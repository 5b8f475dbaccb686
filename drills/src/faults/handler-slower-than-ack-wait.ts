import { setTimeout as delay } from 'node:timers/promises';
import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

/** The consumers' own is ten seconds; three in a quick drill. */
const heldMs = { quick: 4_500, full: 12_000 };
const times = { quick: 1, full: 4 };

export const handlerSlowerThanAckWait: Fault = {
  name: 'handler-slower-than-ack-wait',
  what: 'a handler of payouts takes longer than its messages are held back for it',
  run: async (world, random, pace) => {
    const order = {
      service: 'payouts',
      failpoint: 'before-handle',
      action: { do: 'delay', ms: heldMs[pace] },
    } as const;
    await atFailpoint({ world, random, pace }, { ...order, times: times[pace] });
    await delay(heldMs[pace]);
  },
};
