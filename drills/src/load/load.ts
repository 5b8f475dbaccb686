import type { Issuer } from '@punctual/devstack';
import type { Random } from '../random.ts';
import { contest } from './contest.ts';
import { createJourneyContext, Forgotten, type LoadResult, type TestAssignment, type UserJourney } from './journey.ts';
import { raceTheClock } from './race-the-clock.ts';
import { readAll, readMeanwhile } from './readers.ts';
import type { Sender } from './retrying-sender.ts';
import { rivals } from './rivals.ts';
import { visit } from './visit.ts';

export type RunningLoad = {
  readonly result: LoadResult;
  /** The assignments that were given last. */
  readonly shown: readonly TestAssignment[];
  /**
   * Ends every journey after its current command, and resolves when the last one is answered and
   * every assignment has been read once more.
   */
  stop(): Promise<LoadResult>;
};

export type LoadOptions = {
  sender: Sender;
  issuer: Issuer;
  random: Random;
  journeys?: readonly UserJourney[] | undefined;
  users?: number;
  /** Whether what users created may be gone, since a database forgets its last commits. */
  forgets?: boolean;
};

const mixed: readonly UserJourney[] = [visit, visit, visit, contest, raceTheClock, raceTheClock, rivals];

/** One of so many users only reads. */
const readerAmong = 8;

/** Starts users who each make one random journey after another, or read what the others do. */
export function startLoad({
  sender,
  issuer,
  random,
  journeys = mixed,
  users = 16,
  forgets = false,
}: LoadOptions): RunningLoad {
  const ending = new AbortController();
  const context = createJourneyContext({ sender, issuer, ended: ending.signal, forgets });
  const { result } = context;
  const note = (error: Error) => {
    if (!(error instanceof Forgotten)) result.wrong.push(error.message);
  };

  const run = async (own: Random, choice: readonly UserJourney[]) => {
    while (!ending.signal.aborted) await own.pick(choice)(context, own).catch(note);
  };
  const running = Array.from({ length: users }, (_, user) =>
    run(random.fork(), user % readerAmong === readerAmong - 1 ? [readMeanwhile] : journeys),
  );
  return {
    result,
    shown: context.shown,
    stop: async () => {
      ending.abort();
      await Promise.all(running);
      const ids = new Set(result.history.filter(({ aggregate }) => aggregate === 'assignment').map(({ id }) => id));
      await readAll(context, await context.user('ops'), [...ids]).catch(note);
      await context.close();
      return result;
    },
  };
}
