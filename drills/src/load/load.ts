import type { Random } from '../random.ts';
import type { World } from '../world.ts';
import { instances } from '../world.ts';
import { contest } from './contest.ts';
import { raceTheClock } from './race-the-clock.ts';
import { createStage, type Stage } from './stage.ts';
import { visit } from './visit.ts';

/** A command that the product has said yes to: it must never be forgotten. */
export type Accepted = { aggregate: 'assignment' | 'payout'; id: string; version: number; command: string };

/** What came of a load. `wrong`: answers that nobody should get, whatever the fault. */
export type Harvest = { accepted: Accepted[]; refused: number; wrong: string[] };

export type Load = {
  readonly harvest: Harvest;
  /** Lets every journey end with the command that it is at; resolves when the last of them has its answer. */
  stop(): Promise<Harvest>;
};

/** One story from its beginning to its end, or until the load ends. */
export type Journey = (stage: Stage, random: Random) => Promise<void>;

const actors = 16;
const mixed: readonly Journey[] = [visit, visit, visit, contest, raceTheClock, raceTheClock];

/** Many people at once, each on one random journey after another. */
export function startLoad(world: World, random: Random, journeys = mixed): Load {
  const ending = new AbortController();
  const harvest: Harvest = { accepted: [], refused: 0, wrong: [] };
  const stage = createStage({
    gateways: instances.map((instance) => world.stack.service('gateway', instance).url),
    issuer: world.issuer,
    harvest,
    ended: ending.signal,
  });

  const act = async (own: Random) => {
    while (!ending.signal.aborted) {
      const journey = own.pick(journeys);
      await journey(stage, own).catch((error) => harvest.wrong.push(error.message));
    }
  };
  const acting = Array.from({ length: actors }, () => act(random.fork()));
  return {
    harvest,
    stop: async () => {
      ending.abort();
      await Promise.all(acting);
      await stage.close();
      return harvest;
    },
  };
}
