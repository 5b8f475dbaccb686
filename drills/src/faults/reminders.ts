import { setTimeout as delay } from 'node:timers/promises';
import { raceTheClock } from '../load/race-the-clock.ts';
import { atFailpoint, killAtFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

/** In the order of dispatch. `mid-send` has a fault to itself. */
const dispatchSteps = ['after-claim', 'after-decision', 'after-sent'];
const killsPerStep = { quick: 1, full: 6 };
const raceSeconds = { quick: 7, full: 60 };
const heldMs = 400;

export const reminderFaults: readonly Fault[] = [
  killAtFailpoint(
    'kill-mid-send',
    'SIGKILL of reminders after it published reminder.due and before it updated its ledger',
    'reminders',
    'mid-send',
  ),
  {
    name: 'kill-in-dispatch',
    what: 'SIGKILL of reminders after it claimed due reminders, decided on them, or marked them as sent',
    alerts: [],
    inject: async (context) => {
      const times = killsPerStep[context.pace];
      for (const failpoint of dispatchSteps)
        await atFailpoint(context, { service: 'reminders', failpoint, action: { do: 'SIGKILL' }, times });
    },
  },
  {
    name: 'cancel-racing-due',
    what: 'all users cancel or move their window as its reminder falls due, while a worker delays with it claimed',
    alerts: [],
    journeys: [raceTheClock],
    inject: async ({ stack: { orders }, pace }) => {
      const until = performance.now() + raceSeconds[pace] * 1_000;
      while (performance.now() < until) {
        await orders.arm('reminders', 'after-claim', { do: 'delay', ms: heldMs });
        await delay(heldMs / 2);
      }
    },
  },
];
