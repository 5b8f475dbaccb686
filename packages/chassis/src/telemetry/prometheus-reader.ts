import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import {
  type AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type InstrumentType,
  type MetricData,
  type MetricReader,
} from '@opentelemetry/sdk-metrics';
import { createLogger } from '../process/logger.ts';
import { gaugeTemporality } from './gauge-temporality.ts';
import { prometheusName } from './registry/prometheus-name.ts';
import { prometheusAddress } from './settings.ts';

/** Below the default `scrape_timeout` of Prometheus, 10 s. */
const measureWithinMs = 5_000;

/**
 * Serves `GET /metrics` for Prometheus. Every series has the name of its service. A port that
 * cannot be opened is logged: telemetry never decides whether a service runs.
 */
export function createPrometheusReader(): MetricReader {
  const { host, port } = prometheusAddress();
  const logger = createLogger({ name: process.env.OTEL_SERVICE_NAME || 'telemetry', level: 'info' });
  const onStart = (error: unknown) => {
    if (error instanceof Error) logger.error({ err: error, host, port }, 'Metrics cannot be served');
  };
  return new ServingReader(
    { host, port, withResourceConstantLabels: /^service\.name$/, withoutScopeInfo: true },
    onStart,
  );
}

/**
 * Serves gauges as they are observed, and adds the units to the names, as the specification has it;
 * the exporter does neither.
 */
class ServingReader extends PrometheusExporter {
  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return gaugeTemporality(type) ?? super.selectAggregationTemporality(type);
  }

  override async collect(options?: Parameters<PrometheusExporter['collect']>[0]): Promise<CollectionResult> {
    // A server that does not answer leaves out what it was asked for, not the others.
    const { resourceMetrics, errors } = await super.collect({ timeoutMillis: measureWithinMs, ...options });
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map(withUnit),
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }
}

/** The exporter adds `_total` itself. */
function withUnit(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  const instrument = metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'other';
  return { ...metric, descriptor: { ...metric.descriptor, name: prometheusName(name, { instrument, unit }) } };
}
