import type { AttributeName } from './attributes.ts';
import type { MetricDefinition } from './definition.ts';
import { domainMetrics } from './domain-metrics.ts';
import { libraryMetrics } from './library-metrics.ts';

/** Every metric, by its name in OpenTelemetry. `prometheusName` gives the one in Prometheus. */
export const metrics = { ...libraryMetrics, ...domainMetrics } as const satisfies Record<
  string,
  MetricDefinition<AttributeName>
>;

export type MetricName = keyof typeof metrics;
