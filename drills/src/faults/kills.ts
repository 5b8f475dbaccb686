import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from '@punctual/devstack';
import { instances, services } from '../stack/instances.ts';
import { killAtFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

const kills = { quick: 3, full: 20 };

export const killFaults: readonly Fault[] = [
  ...services.map(killAtRandom),
  killAtFailpoint(
    'kill-before-commit',
    'SIGKILL of scheduling after the decision and before the COMMIT',
    'scheduling',
    'before-commit',
  ),
  killAtFailpoint(
    'kill-after-commit',
    'SIGKILL of scheduling after the COMMIT and before the response',
    'scheduling',
    'after-commit',
  ),
];

/** Kills either instance at random moments, sometimes while the other one is down as well. */
function killAtRandom(service: ServiceName): Fault {
  return {
    name: `kill-${service}`,
    what: `SIGKILL of ${service} at random moments`,
    alerts: [],
    inject: async ({ stack, random, pace }) => {
      for (let kill = 0; kill < kills[pace]; kill += 1) {
        await delay(random.between(200, 1_200));
        await stack.kill(service, random.pick(instances));
      }
    },
  };
}
