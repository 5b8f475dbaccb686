import type { Issuer } from '@punctual/devstack';
import type { Random } from '../random.ts';
import { contest } from './contest.ts';
import { createJourneyContext, type LoadResult, type UserJourney } from './journey.ts';
import { raceTheClock } from './race-the-clock.ts';
import type { Sender } from './retrying-sender.ts';
import { visit } from './visit.ts';

export type RunningLoad = {
  readonly result: LoadResult;
  /** Ends every journey after its current command, and resolves when the last one is answered. */
  stop(): Promise<LoadResult>;
};

export type LoadOptions = {
  sender: Sender;
  issuer: Issuer;
  random: Random;
  journeys?: readonly UserJourney[] | undefined;
  users?: number;
};

const mixed: readonly UserJourney[] = [visit, visit, visit, contest, raceTheClock, raceTheClock];

/** Starts users who each make one random journey after another. */
export function startLoad({ sender, issuer, random, journeys = mixed, users = 16 }: LoadOptions): RunningLoad {
  const ending = new AbortController();
  const result: LoadResult = { accepted: [], refused: 0, wrong: [] };
  const context = createJourneyContext({ sender, issuer, result, ended: ending.signal });

  const run = async (own: Random) => {
    while (!ending.signal.aborted) {
      const journey = own.pick(journeys);
      await journey(context, own).catch((error) => result.wrong.push(error.message));
    }
  };
  const running = Array.from({ length: users }, () => run(random.fork()));
  return {
    result,
    stop: async () => {
      ending.abort();
      await Promise.all(running);
      await context.close();
      return result;
    },
  };
}
