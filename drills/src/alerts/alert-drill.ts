import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../faults/fault.ts';
import { type Incident, slowAlerts } from '../incidents/index.ts';
import { createRandom } from '../random.ts';
import type { DrillStack } from '../stack/drill-stack.ts';
import { type Recording, startMonitoring } from './monitoring.ts';
import { startObservedLoad } from './observed-load.ts';

/** The alerts that one fault raised. */
export type AlertResult = {
  fault: string;
  expected: readonly string[];
  /** In the order in which they fired. */
  fired: readonly { alert: string; seconds: number }[];
  seconds: number;
  /** What differs from the expected alerts, or kept the drill from running. */
  differences: readonly string[];
};

export const quietWithinMs = 180_000;
const limitS = 120;
/** Burn rates over hours: 130 s without a single success spend enough, then the alert waits for five minutes. */
const slowLimitS = 600;
/** After a fault ended by itself, for alerts that it would raise too late. */
const afterwardsMs = 30_000;

/**
 * Runs one fault under load and a new Prometheus, and compares the alerts that fire with those that
 * the fault lists. An incident is watched for two minutes and then repaired.
 */
export async function runAlertDrill(stack: DrillStack, fault: Fault | Incident, seed: number): Promise<AlertResult> {
  const startedAt = performance.now();
  const random = createRandom(seed);
  const load = startObservedLoad(stack, random.fork(), fault.journeys);
  const monitoring = await startMonitoring(stack);
  const problems: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>) => {
    await work().catch((error) => problems.push(`${what}: ${error}`));
  };
  let recorded: Recording['fired'] = new Map();
  await attempt('the fault was not observed to its end', async () => {
    await monitoring.untilQuiet(quietWithinMs);
    const recording = monitoring.record();
    recorded = recording.fired;
    const context = { stack, random: random.fork(), pace: 'full' } as const;
    if ('begin' in fault) {
      const repair = await fault.begin(context);
      await watch(recording, fault.alerts);
      await recording.stop().finally(repair);
    } else {
      await fault.inject(context);
      await stack.heal();
      await delay(afterwardsMs);
      await recording.stop();
    }
  });
  await monitoring.stop();
  await attempt('a service did not come back', stack.heal);
  await load.stop();
  const fired = [...recorded].map(([alert, seconds]) => ({ alert, seconds }));
  return {
    fault: fault.name,
    expected: fault.alerts,
    fired,
    seconds: (performance.now() - startedAt) / 1_000,
    differences: [...problems, ...compare(fault.alerts, fired)],
  };
}

/** Waits for two minutes, and until slow alerts have fired. */
async function watch({ fired }: Recording, expected: readonly string[]): Promise<void> {
  await delay(limitS * 1_000);
  const slow = expected.filter((alert) => slowAlerts.includes(alert));
  for (let waitedS = limitS; waitedS < slowLimitS && slow.some((alert) => !fired.has(alert)); waitedS += 1)
    await delay(1_000);
}

/** What differs between the listed alerts and those that fired. */
export function compare(expected: readonly string[], fired: AlertResult['fired']): string[] {
  const names = fired.map(({ alert }) => alert);
  return [
    ...expected.filter((alert) => !names.includes(alert)).map((alert) => `${alert} did not fire`),
    ...fired
      .filter(({ alert }) => !expected.includes(alert))
      .map(({ alert, seconds }) => `${alert} fired after ${seconds.toFixed(0)} s and is not listed`),
    ...fired
      .filter(({ alert, seconds }) => expected.includes(alert) && !slowAlerts.includes(alert) && seconds > limitS)
      .map(({ alert, seconds }) => `${alert} fired after ${seconds.toFixed(0)} s instead of ${limitS}`),
  ];
}
