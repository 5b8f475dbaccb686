import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { workTree } from '../under-load/mixed-stack.ts';
import type { ScenarioResult } from './report.ts';
import { versionAround } from './scenario.ts';

/**
 * Which version of a service was run among which version of the others. `direction` is how it got
 * there: by an upgrade from the other version, or by a roll-back to it.
 */
export type TestedPair = z.infer<typeof TestedPair>;

const TestedPair = z.strictObject({
  service: z.string(),
  version: z.string(),
  with: z.string(),
  direction: z.enum(['upgrade', 'rollback']),
  /** The version before. */
  from: z.string(),
  result: z.enum(['passed', 'failed']),
  at: z.iso.datetime(),
});

/** The commit of each version, and the pairs. */
export type TestedPairs = z.infer<typeof TestedPairs>;
const TestedPairs = z.strictObject({ releases: z.record(z.string(), z.string()), pairs: z.array(TestedPair) });

export const testedPairsFile = fileURLToPath(new URL('tested-pairs.json', import.meta.url));

/** The record of the runs; empty before the first one. */
export async function readTestedPairs(): Promise<TestedPairs> {
  const text = await readFile(testedPairsFile, 'utf8').catch(() => '{"releases":{},"pairs":[]}');
  return TestedPairs.parse(JSON.parse(text));
}

/**
 * Adds results to the record. Those of another work tree are dropped, and of the same run the newer
 * one counts.
 */
export function mergePairs(
  known: TestedPairs,
  releases: TestedPairs['releases'],
  results: readonly ScenarioResult[],
): TestedPairs {
  const added = results.flatMap(pairsOf);
  const isSame = known.releases[workTree.version] === releases[workTree.version];
  const kept = isSame ? known.pairs.filter((pair) => !added.some((other) => keyOf(other) === keyOf(pair))) : [];
  return { releases: { ...(isSame && known.releases), ...releases }, pairs: [...kept, ...added] };
}

export async function writeTestedPairs(pairs: TestedPairs): Promise<void> {
  await writeFile(testedPairsFile, `${JSON.stringify(pairs, undefined, 2)}\n`);
}

function pairsOf({ scenario, result, at }: ScenarioResult): TestedPair[] {
  const { service, release } = scenario;
  const common = {
    with: versionAround(scenario),
    result: result.violations.length === 0 ? 'passed' : 'failed',
    at,
  } as const;
  return [
    { service, version: workTree.version, direction: 'upgrade', ...common, from: release.version },
    { service, version: release.version, direction: 'rollback', ...common, from: workTree.version },
  ];
}

function keyOf({ service, version, with: others, direction, from }: TestedPair): string {
  return [service, version, others, direction, from].join(' ');
}
