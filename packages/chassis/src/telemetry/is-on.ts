/**
 * Whether the environment asks for telemetry: a collector by `OTEL_EXPORTER_OTLP_ENDPOINT`, or
 * `prometheus` in `OTEL_METRICS_EXPORTER`. Otherwise nothing of the SDK is loaded.
 */
export function isTelemetryOn(): boolean {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_METRICS_EXPORTER = '', OTEL_SDK_DISABLED } = process.env;
  const isWanted = OTEL_EXPORTER_OTLP_ENDPOINT || /(^|,)\s*prometheus\s*(,|$)/.test(OTEL_METRICS_EXPORTER);
  return Boolean(isWanted) && OTEL_SDK_DISABLED?.toLowerCase() !== 'true';
}
