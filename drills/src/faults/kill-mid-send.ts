import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

export const killMidSend: Fault = {
  name: 'kill-mid-send',
  what: 'SIGKILL of reminders when reminder.due is out and the ledger does not know',
  run: (world, random, pace) =>
    atFailpoint({ world, random, pace }, { service: 'reminders', failpoint: 'mid-send', action: { do: 'SIGKILL' } }),
};
