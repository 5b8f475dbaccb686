import { getStringListFromEnv } from '@opentelemetry/core';

/** The exporters of metrics that the environment names. Without any, the SDK takes `otlp`. */
export function metricExporters(): string[] {
  return getStringListFromEnv('OTEL_METRICS_EXPORTER') ?? [];
}

/** Whether a collector is set: without one, only `/metrics` of Prometheus is served. */
export function hasCollector(): boolean {
  return Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT);
}

/** Where `/metrics` is served; the defaults are those of OpenTelemetry. */
export function prometheusAddress(): { host: string; port: number } {
  const { OTEL_EXPORTER_PROMETHEUS_HOST: host, OTEL_EXPORTER_PROMETHEUS_PORT: port } = process.env;
  return { host: host || 'localhost', port: Number(port || 9_464) };
}
