import { setTimeout as delay } from 'node:timers/promises';
import { eventually, type ServiceName } from '@punctual/devstack';
import type { Action } from '../orders.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';
import type { Pace } from './fault.ts';

const times = { quick: 3, full: 12 };
const withinMs = 15_000;

/** Gives one order after another for a moment in a service, and waits until each was carried out. */
export async function atFailpoint(
  { world, random, pace }: { world: World; random: Random; pace: Pace },
  order: { service: ServiceName; failpoint: string; action: Action; times?: number },
): Promise<void> {
  for (let time = 0; time < (order.times ?? times[pace]); time += 1) {
    await delay(random.between(100, 800));
    await world.orders.arm(order.service, order.failpoint, order.action);
    await eventually(async () => {
      if (await world.orders.isArmed(order.service, order.failpoint))
        throw new Error(`${order.service} never came to ${order.failpoint}`);
    }, withinMs);
    if (order.action.do === 'SIGKILL') world.toll.kills += 1;
  }
}
