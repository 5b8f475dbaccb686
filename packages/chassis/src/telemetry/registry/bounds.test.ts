import { expect, test } from 'vitest';
import type { AttributeName } from './attributes.ts';
import { mostCombinations, mostSeries } from './bounds.ts';
import type { MetricDefinition } from './definition.ts';
import { metrics } from './metrics.ts';

const counter: MetricDefinition<AttributeName> = {
  instrument: 'counter',
  unit: '',
  meaning: '',
  attributes: ['outcome', 'cause', 'http.route'],
  from: ['gateway'],
  across: 'sum',
  convention: 'own',
  stability: 'stable',
};

test('combinations are the product of the values', () => {
  expect(mostCombinations(counter)).toBe(9 * 6 * 80);
  expect(mostCombinations({ ...counter, attributes: [] })).toBe(1);
});

test('attributes that depend on each other count once', () => {
  const together = { attributes: ['outcome', 'cause'], most: 10, because: '' } as const;
  expect(mostCombinations({ ...counter, together })).toBe(10 * 80);
});

test('a histogram has a series for each bucket, the last bucket, the sum and the count', () => {
  expect(mostSeries({ ...counter, attributes: ['cause'], instrument: 'histogram', buckets: [1, 2] })).toBe(6 * 5);
});

test('an attribute without a bound is refused', () => {
  expect(() => mostCombinations({ ...counter, attributes: ['url.path'] })).toThrow(
    'Nothing bounds the values of url.path',
  );
});

test.each(Object.entries<MetricDefinition<AttributeName>>(metrics))('%s is bounded', (_name, metric) => {
  expect(mostCombinations(metric)).toBeLessThanOrEqual(4_000);
  if (metric.together) expect(metric.attributes).toEqual(expect.arrayContaining([...metric.together.attributes]));
});
