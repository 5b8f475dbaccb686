import { expect, test } from 'vitest';
import { buckets } from './last-day.ts';

test('each bucket has what the smaller ones have not', () => {
  const sample = (le: string, value: number) => ({ labels: { le }, value });
  expect(buckets([sample('+Inf', 12), sample('60.0', 9), sample('0.5', 4)])).toEqual([
    ['up to 0.5 s', 4],
    ['up to 1 min', 5],
    ['more than 1 min', 3],
  ]);
  expect(buckets([])).toEqual([]);
});
