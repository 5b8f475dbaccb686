import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import type { FailpointAction } from '../stack/failpoint-orders.ts';
import type { Fault, FaultContext } from './fault.ts';

const kills = { quick: 3, full: 12 };
const withinMs = 15_000;
/** At full length long enough for one instance to be back before the next one is killed. */
const mostBetweenMs = { quick: 800, full: 8_000 };

export type FailpointOrder = { service: ServiceName; failpoint: string; action: FailpointAction; times: number };

/**
 * Orders the action as many times as asked, and waits each time until a process has carried it out.
 */
export async function atFailpoint(
  { stack, random, pace }: FaultContext,
  { service, failpoint, action, times }: FailpointOrder,
): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await delay(random.between(100, mostBetweenMs[pace]));
    await stack.orders.arm(service, failpoint, action);
    await eventually(
      async () => {
        if (await stack.orders.isArmed(service, failpoint)) throw new Error(`${service} never reached ${failpoint}`);
      },
      { withinMs },
    );
    if (action.do === 'SIGKILL') stack.countKill();
  }
}

/** A fault that kills a service each time it reaches a failpoint. */
export function killAtFailpoint(name: string, what: string, service: ServiceName, failpoint: string): Fault {
  return {
    name,
    what,
    alerts: [],
    inject: (context) =>
      atFailpoint(context, { service, failpoint, action: { do: 'SIGKILL' }, times: kills[context.pace] }),
  };
}
