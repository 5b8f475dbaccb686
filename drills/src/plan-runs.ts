import { createRandom } from './random.ts';

/** One fault to run, with the seed that repeats it. */
export type PlannedRun<Fault> = { fault: Fault; seed: number };

/** Each fault once, in their order, all with the same seed. */
export function planOnce<Fault>(faults: readonly Fault[], seed: number): PlannedRun<Fault>[] {
  return faults.map((fault) => ({ fault, seed }));
}

/**
 * Endless runs, each with a seed one higher than the one before. The next fault is a random one of
 * those that have run least, so that each fault runs before any of them runs again.
 */
export function* planByCoverage<Fault>(faults: readonly Fault[], firstSeed: number): Generator<PlannedRun<Fault>> {
  const random = createRandom(firstSeed);
  for (let seed = firstSeed; ; ) {
    for (const fault of random.shuffle(faults)) {
      yield { fault, seed };
      seed += 1;
    }
  }
}
