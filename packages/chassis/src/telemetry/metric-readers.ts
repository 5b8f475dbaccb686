import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  type AggregationTemporality,
  type InstrumentType,
  type MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { gaugeTemporality } from './gauge-temporality.ts';
import { createPrometheusReader } from './prometheus-reader.ts';
import { hasCollector, metricExporters } from './settings.ts';

/**
 * The readers of metrics that the environment asks for: `prometheus` in `OTEL_METRICS_EXPORTER`, and
 * a push to the collector. Undefined for others, which the SDK creates itself.
 */
export function readMetricReaders(): MetricReader[] | undefined {
  const names = metricExporters();
  const pushes = hasCollector() && (names.length === 0 || names.includes('otlp'));
  const readers = [
    ...(names.includes('prometheus') ? [createPrometheusReader()] : []),
    ...(pushes ? [createPushingReader()] : []),
  ];
  return readers.length > 0 ? readers : undefined;
}

function createPushingReader(): MetricReader {
  const exportIntervalMillis = getNumberFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
  const timeout = getNumberFromEnv('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000;
  const exportTimeoutMillis = Math.min(timeout, exportIntervalMillis);
  return new PushingReader({ exporter: otlpExporter(), exportIntervalMillis, exportTimeoutMillis });
}

/** Pushes metrics at an interval; gauges as they are observed. */
export class PushingReader extends PeriodicExportingMetricReader {
  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return gaugeTemporality(type) ?? super.selectAggregationTemporality(type);
  }
}

function otlpExporter() {
  const protocol =
    getStringFromEnv('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'grpc') return new GrpcExporter();
  return protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
}
