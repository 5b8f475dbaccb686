import { setTimeout as delay } from 'node:timers/promises';
import type { Incident } from './incident.ts';
import { fillReminders, messagingIncidents, takeReminders } from './messaging.ts';
import { stoppedIncidents } from './stopped.ts';

/** Longer than a reminder may wait on time. */
const fullMs = 80_000;
const openMs = 5_000;

/** Alerts over hours: minutes of the worst fault spend as much of the budget. Each waits five minutes longer. */
export const slowAlerts: readonly string[] = ['CommandsFailForHours', 'EventsLateForHours', 'RemindersLate'];

/** Incidents that last for minutes. */
export const slowIncidents: readonly Incident[] = [
  longer('scheduling-down', ['CommandsFailForHours']),
  longer('nats-far-away', ['EventsLate', 'EventsLateForHours']),
  {
    name: 'reminder-stream-often-full',
    what: `REMINDER takes new events only for ${openMs / 1_000} s after each ${fullMs / 1_000} s`,
    alerts: ['RemindersOverdue', 'RemindersLate'],
    begin: async ({ stack }) => {
      const repaired = new AbortController();
      const pause = (ms: number) => delay(ms, undefined, { signal: repaired.signal }).catch(() => undefined);
      const run = async () => {
        while (!repaired.signal.aborted) {
          await fillReminders(stack);
          await pause(fullMs);
          await takeReminders(stack);
          await pause(openMs);
        }
      };
      const running = run();
      return () => {
        repaired.abort();
        return running;
      };
    },
  },
];

function longer(name: string, alerts: readonly string[]): Incident {
  const incident = [...stoppedIncidents, ...messagingIncidents].find((each) => each.name === name);
  if (!incident) throw new RangeError(`There is no incident ${name}.`);
  return {
    ...incident,
    name: `${name}-for-minutes`,
    what: `${incident.what}, for ten minutes`,
    alerts: [...incident.alerts, ...alerts],
  };
}
