import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '@punctual/chassis';
import type { ServiceContract } from '@punctual/contracts/compatibility';
import { z } from 'zod';
import { CannotTell, type Finding, nameOf } from './finding.ts';
import { repository } from './repository.ts';

/** What `npm run test:versions` writes: one service at one release, the others at another. */
const TestedPairs = z.object({
  /** Labels such as `N` and `N-1`, with the commits that they stand for. */
  releases: z.record(z.string(), z.string()),
  pairs: z.array(
    z.object({
      service: z.string(),
      version: z.string(),
      with: z.string(),
      direction: z.string().optional(),
      result: z.string(),
      at: z.string(),
    }),
  ),
});
export type TestedPairs = z.infer<typeof TestedPairs>;

export const testedPairsFile = join(repository, 'e2e/versions/tested-pairs.json');

/** @throws CannotTell when the file is unreadable; without a file nothing is tested */
export function readTestedPairs(file: string): TestedPairs {
  if (!existsSync(file)) return { releases: {}, pairs: [] };
  try {
    return TestedPairs.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new CannotTell(`${file} does not list tested pairs: ${reasonOf(error).split('\n')[0]}.`);
  }
}

/** Warns of releases that were never tested with the candidate, and refuses those that failed. */
export function judgePairs(
  tested: TestedPairs,
  candidate: ServiceContract,
  running: readonly ServiceContract[],
): Finding[] {
  const name = nameOf(candidate);
  const failures = running.flatMap((other): Finding[] => {
    const failed = resultsOf(tested, candidate, other).find(({ result }) => result !== passed);
    if (!failed) return [];
    const what = `failed together with ${name} on ${failed.at} (${failed.result}).`;
    return [{ kind: 'breaks', part: nameOf(other), what, remedy: 'Find out why with npm run test:versions.' }];
  });
  const untested = running.filter(
    (other) => !isSame(candidate, other) && resultsOf(tested, candidate, other).length === 0,
  );
  if (untested.length === 0) return failures;
  const others = [...new Set(untested.map(nameOf))].toSorted().join(', ');
  const what = `${name} was never tested together with ${others}.`;
  return [...failures, { kind: 'warning', part: 'tests', what, remedy: 'Run npm run test:versions on these commits.' }];
}

const passed = 'passed';

function resultsOf({ releases, pairs }: TestedPairs, candidate: ServiceContract, other: ServiceContract) {
  const [mine, theirs] = [labelsOf(releases, candidate), labelsOf(releases, other)];
  return pairs.filter(({ service, version, with: others }) => {
    if (service === candidate.service) return mine.includes(version) && theirs.includes(others);
    return service === other.service && theirs.includes(version) && mine.includes(others);
  });
}

function labelsOf(releases: TestedPairs['releases'], { revision }: ServiceContract): string[] {
  return Object.entries(releases)
    .filter(([, commit]) => revision !== null && sameCommit(commit, revision))
    .map(([label]) => label);
}

/** Parts of one commit are tested together by the whole gate. */
const isSame = (one: ServiceContract, other: ServiceContract) =>
  one.revision !== null && other.revision !== null && sameCommit(one.revision, other.revision);

const sameCommit = (one: string, other: string) =>
  Math.min(one.length, other.length) >= 7 && (one.startsWith(other) || other.startsWith(one));
