import { expect, test } from 'vitest';
import { isAllowed, lockedPackages } from './licences.ts';

test('every dependency has a licence that lets us use it', () => {
  const packages = lockedPackages();
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter((each) => !isAllowed(each))).toEqual([]);
});

test.each(['GPL-3.0-only', 'unknown', '(MIT', 'MPL-2.0'])('a shipped package under %s is refused', (licence) => {
  expect(isAllowed({ name: 'some', version: '1.0.0', licence, isTool: false })).toBe(false);
});
