import { type AttributeName, attributes } from './attributes.ts';
import type { AttributeDefinition, MetricDefinition } from './definition.ts';

/**
 * How many combinations of attributes one process can emit of a metric: the product of the numbers
 * of their values, in which attributes that depend on each other count once.
 * @throws Error when nothing bounds the values of an attribute
 */
export function mostCombinations({ attributes: names, together }: MetricDefinition<AttributeName>): number {
  const independent = names.filter((name) => !together?.attributes.includes(name));
  return independent.reduce((product, name) => product * mostValues(name), together?.most ?? 1);
}

/** How many series one process can emit of a metric. A histogram has one for each bucket, and three more. */
export function mostSeries(metric: MetricDefinition<AttributeName>): number {
  const perCombination = metric.instrument === 'histogram' ? (metric.buckets?.length ?? 0) + 3 : 1;
  return mostCombinations(metric) * perCombination;
}

function mostValues(name: AttributeName): number {
  const { values }: AttributeDefinition = attributes[name];
  if (values === undefined) throw new Error(`Nothing bounds the values of ${name}, so no metric may have it.`);
  return 'most' in values ? values.most : values.length;
}
