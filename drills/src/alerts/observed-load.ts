import type { UserJourney } from '../load/journey.ts';
import { type RunningLoad, startLoad } from '../load/load.ts';
import { createRetryingSender } from '../load/retrying-sender.ts';
import type { Random } from '../random.ts';
import type { DrillStack } from '../stack/drill-stack.ts';
import { instances } from '../stack/instances.ts';

/** Few: the machine must keep up with them and with Prometheus. */
const users = 4;

/** Starts the users of an observed stack. */
export function startObservedLoad(
  { processes, issuer }: DrillStack,
  random: Random,
  journeys?: readonly UserJourney[],
): RunningLoad {
  const sender = createRetryingSender(instances.map((each) => processes.service('gateway', each).url));
  return startLoad({ sender, issuer, random, users, journeys });
}
