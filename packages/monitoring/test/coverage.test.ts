import { type MetricDefinition, metrics, prometheusName } from '@punctual/chassis/telemetry-registry';
import { expect, test } from 'vitest';
import { dashboards } from '../src/index.ts';

const queries = dashboards
  .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries)))
  .map(({ expr }) => expr)
  .join('\n');
const own = Object.entries<MetricDefinition>(metrics).filter(([name]) => name.startsWith('punctual.'));

test.each(own)('a panel shows %s', (name, metric) => {
  expect(queries).toMatch(new RegExp(`\\b${prometheusName(name, metric)}(_bucket|_count|_sum)?\\b`));
});
