import { createDrills } from '../drill.ts';
import { faults } from '../faults/index.ts';
import { startWorld } from '../world.ts';
import { type Sabotage, sabotages } from './sabotages.ts';

/** Whether a drill has noticed, and what it said. */
export type Outcome = { guard: string; drill: string; caughtBy: string; caught: boolean; seed: number; said: string };

export function chooseSabotages(guards: readonly string[]): readonly Sabotage[] {
  return guards.length === 0 ? sabotages : sabotages.filter(({ guard }) => guards.includes(guard));
}

/** Takes out one guard in a world of its own, and drills until it is caught. */
export async function runSabotage(sabotage: Sabotage, firstSeed: number): Promise<Outcome> {
  const { guard, drill: name, caughtBy, seeds } = sabotage;
  const fault = faults.find((each) => each.name === name);
  if (!fault) throw new Error(`There is no drill ${name}.`);
  const world = await startWorld({
    name: `sabotage-${guard}`,
    pace: 'quick',
    replacements: 'replace' in sabotage ? [sabotage.replace] : [],
    log: () => undefined,
  });
  try {
    if ('sql' in sabotage) await world.databases[sabotage.database].query(sabotage.sql);
    const drill = createDrills(world, 'quick');
    let said = 'nothing';
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const { violations } = await drill(fault, seed);
      const caught = violations.find(({ invariant }) => invariant === caughtBy);
      if (caught) return { guard, drill: name, caughtBy, caught: true, seed, said: caught.text };
      said = violations[0] ? `${violations[0].invariant}: ${violations[0].text}` : said;
    }
    return { guard, drill: name, caughtBy, caught: false, seed: firstSeed, said };
  } finally {
    await world.stop();
  }
}
