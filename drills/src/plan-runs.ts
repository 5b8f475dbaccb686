import { createRandom } from './random.ts';

/** One fault to run, with the seed that repeats it. */
export type PlannedRun<Fault> = { fault: Fault; seed: number };

/** Each fault once, in their order, all with the same seed. */
export function planOnce<Fault>(faults: readonly Fault[], seed: number): PlannedRun<Fault>[] {
  return faults.map((fault) => ({ fault, seed }));
}

/**
 * Endless runs, each with a seed one higher than the one before. Each fault runs before any of them
 * runs again, in random order, but those on a cluster together: they need another stack.
 */
export function* planByCoverage<Fault extends { onCluster?: true }>(
  faults: readonly Fault[],
  firstSeed: number,
): Generator<PlannedRun<Fault>> {
  const random = createRandom(firstSeed);
  for (let seed = firstSeed; ; ) {
    const shuffled = random.shuffle(faults);
    const isOfFirst = ({ onCluster }: Fault) => onCluster === shuffled[0]?.onCluster;
    for (const fault of [...shuffled.filter(isOfFirst), ...shuffled.filter((each) => !isOfFirst(each))]) {
      yield { fault, seed };
      seed += 1;
    }
  }
}
