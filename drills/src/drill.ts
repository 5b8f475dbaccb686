import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Pace } from './faults/fault.ts';
import { judge, type Violation } from './invariants/index.ts';
import { readState } from './invariants/state.ts';
import { type Accepted, startLoad } from './load/load.ts';
import { readAtRest } from './quiesce.ts';
import { createRandom } from './random.ts';
import type { World } from './world.ts';

/** What came of one fault with one seed. */
export type Result = {
  fault: string;
  seed: number;
  /** Commands that were accepted, and events in the streams, since the drill began. */
  accepted: number;
  kills: number;
  events: number;
  seconds: number;
  violations: Violation[];
};

/** Before the fault and after it, so that it meets people at work. */
const aroundMs = 500;
const settleWithinMs = { quick: 60_000, full: 150_000 };

/** Drills that share a world, one after another: each sees only what it has broken itself. */
export function createDrills(world: World, pace: Pace) {
  const accepted: Accepted[] = [];
  const known = new Set<string>();
  let eventsBefore = 0;

  return async (fault: Fault, seed: number): Promise<Result> => {
    const random = createRandom(seed);
    const from = { at: performance.now(), kills: world.toll.kills };
    const load = startLoad(world, random.fork(), fault.journeys);
    await delay(aroundMs);
    const failure = await fault.run(world, random.fork(), pace).then(() => undefined, String);
    const unhealed = await world.heal().then(
      () => undefined,
      (error) => `a service did not come back: ${error}`,
    );
    await delay(aroundMs);
    const harvest = await load.stop();
    accepted.push(...harvest.accepted);

    const { state, unrest } = await readAtRest(world, settleWithinMs[pace], () => readState(world, accepted));
    const events = Object.values(state.streams).flat().length;
    const general = [...harvest.wrong, failure, unhealed, unrest].filter((text) => text !== undefined);
    const violations = [
      ...general.map((text) => ({ invariant: 'general' as const, text })),
      ...judge(state).filter(({ text }) => !known.has(text)),
    ];
    for (const { text } of violations) known.add(text);
    const result: Result = {
      fault: fault.name,
      seed,
      accepted: harvest.accepted.length,
      kills: world.toll.kills - from.kills,
      events: events - eventsBefore,
      seconds: (performance.now() - from.at) / 1_000,
      violations,
    };
    eventsBefore = events;
    return result;
  };
}
