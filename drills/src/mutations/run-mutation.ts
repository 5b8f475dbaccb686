import { join } from 'node:path';
import { createDrills } from '../drill.ts';
import { faults } from '../faults/index.ts';
import { openLinearizability } from '../history/linearizability.ts';
import { startDrillStack } from '../stack/drill-stack.ts';
import type { GuardMutation } from './mutations.ts';

/** `said` is the violation that the drill reported. */
export type MutationResult = {
  guard: string;
  drill: string;
  caughtBy: string;
  caught: boolean;
  seed: number;
  said: string;
};

/** Removes one guard in a separate stack, and drills until a drill fails. */
export async function runMutation(mutation: GuardMutation, firstSeed: number): Promise<MutationResult> {
  const { guard, drill: name, caughtBy, seeds } = mutation;
  const fault = faults.find((each) => each.name === name);
  if (!fault) throw new Error(`Unknown drill: ${name}`);
  const stack = await startDrillStack({
    name: `mutation-${guard}`,
    pace: 'quick',
    replacements: 'replace' in mutation ? [mutation.replace] : [],
    onCluster: fault.onCluster === true,
    log: () => undefined,
  });
  try {
    if ('sql' in mutation) await stack.databases[mutation.database].query(mutation.sql);
    const drill = createDrills(
      stack,
      'quick',
      await openLinearizability(join(stack.folder, 'histories'), console.error),
    );
    let said = 'nothing';
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const { violations } = await drill(fault, seed);
      const caught = violations.find(({ invariant }) => invariant === caughtBy);
      if (caught) return { guard, drill: name, caughtBy, caught: true, seed, said: caught.text };
      said = violations[0] ? `${violations[0].invariant}: ${violations[0].text}` : said;
    }
    return { guard, drill: name, caughtBy, caught: false, seed: firstSeed, said };
  } finally {
    await stack.stop();
  }
}
