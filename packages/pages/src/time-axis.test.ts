import { expect, test } from 'vitest';
import { timeAxis } from './time-axis.ts';

const span = (startUs: number, durationUs: number) => ({ startUs, durationUs });

test('the axis is linear without long gaps', () => {
  const axis = timeAxis([span(1_000, 500), span(1_450, 550)]);
  expect(axis.gaps).toEqual([]);
  expect([1_000, 1_250, 2_000].map(axis.at)).toEqual([0, 0.25, 1]);
});

test('the axis shortens long gaps and keeps the order of times', () => {
  const axis = timeAxis([span(0, 100), span(1_000_100, 100)]);
  expect(axis.gaps).toEqual([{ startUs: 100, endUs: 1_000_100 }]);
  expect(axis.at(100)).toBeCloseTo(100 / 208);
  expect(axis.at(1_000_100)).toBeCloseTo(108 / 208);
  expect(axis.at(500_000)).toBeGreaterThan(axis.at(100));
  expect(axis.at(1_000_200)).toBeCloseTo(1);
});

test('the axis is finite for spans without a duration', () => {
  expect(timeAxis([span(5, 0)]).at(5)).toBe(0);
});
