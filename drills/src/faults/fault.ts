import type { Journey } from '../load/load.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';

/** Something that goes wrong while people work. */
export type Fault = {
  name: string;
  /** One line for the table in the README and for who reads along. */
  what: string;
  /** What people do meanwhile, where that is part of it; else a mix of everything. */
  journeys?: readonly Journey[];
  /**
   * Makes it go wrong, for as long as it takes. Nothing need be put right at the end that `World.heal` puts right.
   * @param pace `quick`: so short that all faults fit into five minutes; `full`: the real times
   */
  run(world: World, random: Random, pace: Pace): Promise<void>;
};

export type Pace = 'quick' | 'full';
