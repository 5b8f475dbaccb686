import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

/** In the order of dispatch; `mid-send` (out, and the ledger does not know) is a fault of its own. */
const steps = ['after-claim', 'after-decision', 'after-sent'];

export const killInDispatch: Fault = {
  name: 'kill-in-dispatch',
  what: 'SIGKILL of reminders when it has claimed what is due, decided on it, or marked it sent',
  run: async (world, random, pace) => {
    for (const failpoint of steps) {
      const order = {
        service: 'reminders',
        failpoint,
        action: { do: 'SIGKILL' },
        times: pace === 'quick' ? 1 : 6,
      } as const;
      await atFailpoint({ world, random, pace }, order);
    }
  },
};
