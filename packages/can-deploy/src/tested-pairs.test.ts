import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceContract } from '@punctual/contracts/compatibility';
import { expect, test } from 'vitest';
import { judgePairs, readTestedPairs } from './tested-pairs.ts';

const [now, before] = ['5972e9e0000000000000000000000000000000aa', 'ab82a770000000000000000000000000000000bb'];
const contract = (service: string, revision: string | null): ServiceContract => {
  const version = { service, version: '1.1.0', revision, contracts: '1.1.0' };
  return { ...version, publishes: [], consumes: {}, serves: [], shapes: {} };
};
const candidate = contract('payouts', now);
const running = [contract('scheduling', before)];
const releases = { N: now, 'N-1': before };
const pair = { direction: 'new with old', at: '2026-11-30T12:00:00Z', result: 'passed' };

test.each([
  ['the candidate with the others', { ...pair, service: 'payouts', version: 'N', with: 'N-1' }],
  ['the other with the candidate', { ...pair, service: 'scheduling', version: 'N-1', with: 'N' }],
])('a pair that was tested as %s needs no warning', (_, tested) => {
  expect(judgePairs({ releases, pairs: [tested] }, candidate, running)).toEqual([]);
  expect(judgePairs({ releases, pairs: [{ ...tested, result: 'failed' }] }, candidate, running)).toMatchObject([
    { kind: 'breaks', part: 'scheduling 1.1.0 (ab82a7700000)' },
  ]);
});

test.each([
  ['another service', { ...pair, service: 'reminders', version: 'N', with: 'N-1' }],
  ['the other way round', { ...pair, service: 'payouts', version: 'N-1', with: 'N' }],
  ['unknown releases', { ...pair, service: 'payouts', version: 'N-7', with: 'N-8' }],
])('a test of %s leaves a warning', (_, tested) => {
  expect(judgePairs({ releases, pairs: [tested] }, candidate, running)).toMatchObject([{ kind: 'warning' }]);
});

test('parts of one commit are tested together by the gate', () => {
  const none = { releases: {}, pairs: [] };
  expect(judgePairs(none, candidate, [contract('scheduling', now.slice(0, 12))])).toEqual([]);
  expect(judgePairs(none, candidate, [contract('scheduling', null)])).toMatchObject([{ kind: 'warning' }]);
});

test('a missing file means that nothing was tested, and an unreadable one cannot be judged', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'punctual-pairs-')), 'tested-pairs.json');
  expect(readTestedPairs(file)).toEqual({ releases: {}, pairs: [] });
  writeFileSync(file, '{"releases":');
  expect(() => readTestedPairs(file)).toThrow('does not list tested pairs');
});
