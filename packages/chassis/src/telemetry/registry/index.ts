/** The contract of telemetry: every span, attribute, metric and log field that Punctual emits. */
export { type AttributeName, attributes } from './attributes.ts';
export { mostCombinations, mostSeries } from './bounds.ts';
export type {
  AttributeDefinition,
  Emitter,
  LogFieldDefinition,
  MetricDefinition,
  SpanDefinition,
} from './definition.ts';
export { logFields } from './log-fields.ts';
export { type MetricName, metrics } from './metrics.ts';
export { prometheusLabel, prometheusName } from './prometheus-name.ts';
export { spans } from './spans.ts';
