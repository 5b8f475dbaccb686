import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { createPrometheusReader } from './prometheus-reader.ts';
import { hasCollector, metricExporters } from './settings.ts';

/**
 * The readers of metrics that `OTEL_METRICS_EXPORTER` names, when `prometheus` is one of them.
 * Otherwise undefined: the SDK reads the environment itself, but names metrics in Prometheus
 * without their units.
 */
export function readMetricReaders(): MetricReader[] | undefined {
  const names = metricExporters();
  if (!names.includes('prometheus')) return undefined;
  const pushes = names.includes('otlp') && hasCollector();
  return [createPrometheusReader(), ...(pushes ? [periodicReader()] : [])];
}

function periodicReader(): MetricReader {
  const exportIntervalMillis = getNumberFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
  const timeout = getNumberFromEnv('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000;
  const exportTimeoutMillis = Math.min(timeout, exportIntervalMillis);
  return new PeriodicExportingMetricReader({ exporter: otlpExporter(), exportIntervalMillis, exportTimeoutMillis });
}

function otlpExporter() {
  const protocol =
    getStringFromEnv('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'grpc') return new GrpcExporter();
  return protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
}
