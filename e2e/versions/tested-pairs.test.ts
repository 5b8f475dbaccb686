import { expect, test } from 'vitest';
import { readReleases } from './releases.ts';
import type { ScenarioResult } from './report.ts';
import { describeScenario, scenariosOf, versionAround } from './scenario.ts';
import { mergePairs, readTestedPairs } from './tested-pairs.ts';

const release = { version: '1.0.0', commit: 'a'.repeat(40), date: '2026-11-30' };
const nothing = { releases: {}, pairs: [] };

function resultOf(service: 'gateway' | 'payouts', violations: string[] = []): ScenarioResult {
  const result = { outcomes: [], visits: 1, events: 1, seconds: 1, violations };
  return { scenario: { service, release, neighbours: 'release' }, result, at: '2026-11-30T12:00:00.000Z' };
}

test('mergePairs records the upgrade and the roll-back of a run', () => {
  const at = '2026-11-30T12:00:00.000Z';
  const common = { service: 'gateway', with: '1.0.0', result: 'passed', at };
  expect(mergePairs(nothing, { N: 'b', '1.0.0': 'a' }, [resultOf('gateway')])).toEqual({
    releases: { N: 'b', '1.0.0': 'a' },
    pairs: [
      { ...common, version: 'N', direction: 'upgrade', from: '1.0.0' },
      { ...common, version: '1.0.0', direction: 'rollback', from: 'N' },
    ],
  });
});

test('mergePairs adds to the runs of one commit, replaces a repeated one, and drops those of another', () => {
  const results = ({ pairs }: ReturnType<typeof mergePairs>) =>
    pairs.map(({ service, result }) => `${service} ${result}`);
  const first = mergePairs(nothing, { N: 'b' }, [resultOf('gateway', ['a request failed'])]);
  const second = mergePairs(first, { N: 'b' }, [resultOf('payouts')]);
  expect(results(second)).toEqual(['gateway failed', 'gateway failed', 'payouts passed', 'payouts passed']);
  const repeated = mergePairs(second, { N: 'b' }, [resultOf('gateway')]);
  expect(results(repeated)).toEqual(['payouts passed', 'payouts passed', 'gateway passed', 'gateway passed']);
  expect(results(mergePairs(repeated, { N: 'c' }, [resultOf('payouts')]))).toEqual([
    'payouts passed',
    'payouts passed',
  ]);
});

test('the record has every service with its last two releases, upgraded and rolled back', async () => {
  const { releases, pairs } = await readTestedPairs();
  for (const scenario of scenariosOf(await readReleases())) {
    const { service, release } = scenario;
    const runs = pairs.filter(
      (pair) => pair.service === service && pair.with === versionAround(scenario) && pair.result === 'passed',
    );
    const steps = runs.map(({ direction, version, from }) => `${direction} from ${from} to ${version}`);
    expect(steps, describeScenario(scenario)).toEqual(
      expect.arrayContaining([`upgrade from ${release.version} to N`, `rollback from N to ${release.version}`]),
    );
    expect(releases[release.version]).toBe(release.commit);
  }
});
