import type { RequestOptions } from 'node:http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { AggregationType, createAllowListAttributesProcessor, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { describeCommand } from './describe-command.ts';
import { guardSpans } from './guard-spans.ts';
import { readMetricReaders } from './metric-readers.ts';
import type { AttributeName } from './registry/attributes.ts';
import { mostCombinations } from './registry/bounds.ts';
import type { MetricDefinition } from './registry/definition.ts';
import { libraryMetrics } from './registry/library-metrics.ts';
import { readSampler } from './sampler.ts';
import { hasCollector } from './settings.ts';

/** Starts the SDK as the `OTEL_*` environment says. */
export function startSdk(): void {
  // The SDK's own default would send logs to a collector that nobody has asked to keep them.
  process.env.OTEL_LOGS_EXPORTER ||= 'none';
  const metricReaders = readMetricReaders();
  new NodeSDK({
    sampler: readSampler(),
    views,
    ...(metricReaders && { metricReaders }),
    ...(!hasCollector() && { spanProcessors: [], logRecordProcessors: [] }),
    instrumentations: [
      // Incoming requests and PostgreSQL are measured by our own code (ADR 0036).
      new HttpInstrumentation({ disableIncomingRequestInstrumentation: true, ignoreOutgoingRequestHook: isExport }),
      new MongoDBInstrumentation({ dbStatementSerializer: describeCommand }),
      // By default a timer every 10 ms, which costs 3 ms of CPU a second.
      new RuntimeNodeInstrumentation({ monitoringPrecision: 100 }),
      ...(sendsLogs() ? [new PinoInstrumentation({ disableLogCorrelation: true })] : []),
    ],
  }).start();
  guardSpans();
}

/** Pools of PostgreSQL are measured when metrics are collected, instead of at each change. */
const pools = 'db.client.connection.';
/**
 * Metrics of libraries have the buckets and the attributes of the registry, in as many combinations
 * as it allows. The SDK adds further ones up in a series without attributes.
 */
const views: ViewOptions[] = Object.entries<MetricDefinition<AttributeName>>(libraryMetrics).flatMap(
  ([instrumentName, metric]) =>
    instrumentName.startsWith(pools)
      ? []
      : [
          {
            instrumentName,
            attributesProcessors: [createAllowListAttributesProcessor([...metric.attributes])],
            // One more for the series that adds up.
            aggregationCardinalityLimit: mostCombinations(metric) + 1,
            ...(metric.buckets && { aggregation: bucketsOf(metric.buckets) }),
          },
        ],
);

function bucketsOf(boundaries: readonly number[]): NonNullable<ViewOptions['aggregation']> {
  return { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [...boundaries] } };
}

function sendsLogs(): boolean {
  return hasCollector() && process.env.OTEL_LOGS_EXPORTER !== 'none';
}

/** What the exporters themselves send. */
function isExport({ hostname, host, port }: RequestOptions): boolean {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } =
    process.env;
  const endpoints = [
    OTEL_EXPORTER_OTLP_ENDPOINT,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
  ];
  return endpoints.some((endpoint) => {
    const url = endpoint && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    return url?.hostname === (hostname ?? host) && url?.port === String(port ?? '');
  });
}
