import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults/fault.ts';
import type { FindAnomalies } from './history/linearizability.ts';
import { withoutLost } from './history/without-lost.ts';
import { changesInOrder } from './invariants/i12-changes-in-order.ts';
import { checkInvariants, type Violation } from './invariants/index.ts';
import { type ObservedState, readObservedState } from './invariants/state.ts';
import { startFollowers } from './load/followers.ts';
import type { AcceptedCommand } from './load/journey.ts';
import { startLoad } from './load/load.ts';
import { createRetryingSender } from './load/retrying-sender.ts';
import { createRandom } from './random.ts';
import type { DrillStack } from './stack/drill-stack.ts';
import { instances } from './stack/instances.ts';
import type { Pace } from './stack/pace.ts';
import { readWhenIdle } from './stack/quiesce.ts';

/** The outcome of one fault with one seed. */
export type DrillResult = {
  fault: string;
  seed: number;
  /** Commands that got a 2xx response during the drill. */
  accepted: number;
  kills: number;
  /** Events added to the streams during the drill. */
  events: number;
  seconds: number;
  /** What clients were answered about assignments and payouts, and checked. */
  operations: number;
  violations: Violation[];
};

/** Load without a fault, before and after it. */
const leadMs = 500;
const idleWithinMs = { quick: 60_000, full: 150_000 };
/** After a database or a cluster was repaired, at any pace. */
const wholeWithinMs = 60_000;

/**
 * Drills that share a stack, one after another: each sees only what it has broken itself.
 * @param findAnomalies undefined where the checker cannot be built
 */
export function createDrills(stack: DrillStack, pace: Pace, findAnomalies: FindAnomalies | undefined) {
  const accepted: AcceptedCommand[] = [];
  const known = new Set<string>();
  let eventsBefore = 0;
  let isReminderRefilled = false;

  return async (fault: Fault, seed: number): Promise<DrillResult> => {
    const random = createRandom(seed);
    const from = { at: performance.now(), kills: stack.killCount() };
    const [ofLoad, ofFault, ofFollowers] = [random.fork(), random.fork(), random.fork()];
    const gateways = instances.map((each) => stack.processes.service('gateway', each).url);
    const { issuer } = stack;
    const sender = createRetryingSender(gateways);
    const load = startLoad({
      ...{ sender, issuer, random: ofLoad, journeys: fault.journeys },
      forgets: fault.losesCommits === true,
    });
    const followers = await startFollowers({ gateways, issuer, random: ofFollowers, shown: load.shown });
    await delay(leadMs);
    const failure = await fault.inject({ stack, random: ofFault, pace }).then(() => undefined, String);
    const unhealed = await stack.heal().then(
      () => undefined,
      (error) => `a service did not come back: ${error}`,
    );
    await delay(leadMs);
    const loaded = await load.stop();
    accepted.push(...loaded.accepted);

    const withinMs = fault.losesCommits || fault.onCluster ? wholeWithinMs : idleWithinMs[pace];
    const { state, busy } = await readWhenIdle(stack, withinMs, () => readObservedState(stack, accepted));
    const { losses } = stack;
    const operations = losses
      .filter((loss) => loss.from > from.at)
      .reduce((history, loss) => withoutLost(history, loss, liftedIn(state)), loaded.history);
    const anomalies = (await findAnomalies?.(operations)) ?? [];
    const clients = { operations, anomalies, feeds: followers.sessions };
    await followers.stop(() => changesInOrder({ ...state, clients }).length === 0);
    const events = Object.values(state.streams).flat().length;
    isReminderRefilled ||= fault.refillsReminder === true;
    const general = [...loaded.wrong, failure, unhealed, busy].filter((text) => text !== undefined);
    const violations = [
      ...general.map((text) => ({ invariant: 'general' as const, text })),
      ...checkInvariants({ ...state, clients, losses, isReminderRefilled }).filter(({ text }) => !known.has(text)),
    ];
    for (const { text } of violations) known.add(text);
    const result: DrillResult = {
      fault: fault.name,
      seed,
      accepted: loaded.accepted.length,
      kills: stack.killCount() - from.kills,
      events: events - eventsBefore,
      seconds: (performance.now() - from.at) / 1_000,
      operations: operations.length,
      violations,
    };
    eventsBefore = events;
    return result;
  };
}

/** The versions to which repairs have lifted assignments, by id. */
function liftedIn({ streams }: ObservedState): ReadonlyMap<string, number> {
  const repairs = streams.SCHEDULE.filter(({ event }) => event.data.withdrawnEventIds !== undefined);
  return new Map(repairs.map(({ event }) => [event.subject, event.sequence]));
}
