import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventIds, findContradiction, withEventId } from './event-ids.ts';

const known = (...versions: readonly number[]) =>
  versions.reduce<EventIds>((ids, version) => withEventId(ids, version, `event ${version}`), {});

test('an event contradicts another one of its version, and only of a known version', () => {
  const ids = known(1, 3);

  expect(findContradiction(ids, 3, 'other')).toBe('contradicts version 3: known as event event 3');
  expect(findContradiction(ids, 3, 'event 3')).toBeUndefined();
  expect(findContradiction(ids, 2, 'other')).toBeUndefined();
});

test('the first event of a version stays', () => {
  expect(withEventId(known(1), 1, 'other')).toEqual({ 1: 'event 1' });
});

test('the latest twenty versions are known, in whatever order they came', () => {
  const versions = fc.shuffledSubarray(
    Array.from({ length: 30 }, (_, version) => version),
    { minLength: 30 },
  );
  fc.assert(
    fc.property(versions, (shuffled) => {
      expect(known(...shuffled)).toEqual(known(...Array.from({ length: 20 }, (_, index) => index + 10)));
    }),
  );
});
