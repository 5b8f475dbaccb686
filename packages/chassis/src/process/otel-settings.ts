import type { Environment } from './secret-files.ts';

const durations = [
  'OTEL_METRIC_EXPORT_INTERVAL',
  'OTEL_METRIC_EXPORT_TIMEOUT',
  'OTEL_BSP_SCHEDULE_DELAY',
  'OTEL_BSP_EXPORT_TIMEOUT',
  'OTEL_EXPORTER_OTLP_TIMEOUT',
  'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
  'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT',
];
const addresses = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
];
const maxMs = 3_600_000;

/**
 * The settings that the OpenTelemetry SDK accepts and then fails with: a time beyond 2^31-1 ms
 * makes its timer fire at once, and to an address without a scheme it exports nothing, silently.
 * What is not used is not read.
 * @returns what is wrong, by the name of the variable
 */
export function telemetryProblems(environment: Environment): [name: string, problem: string][] {
  const served = (environment.OTEL_METRICS_EXPORTER ?? '').split(',').some((name) => name.trim() === 'prometheus');
  return [
    ...(environment.OTEL_EXPORTER_OTLP_ENDPOINT ? exportProblems(environment) : []),
    ...(served ? servingProblems(environment) : []),
  ];
}

/** An unusable port would only be logged, and nothing be served. */
function servingProblems({ OTEL_EXPORTER_PROMETHEUS_PORT: port }: Environment): [name: string, problem: string][] {
  const isRight = !port || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535);
  return isRight
    ? []
    : [['OTEL_EXPORTER_PROMETHEUS_PORT', 'must be a whole number from 1 to 65535, in decimal digits']];
}

function exportProblems(environment: Environment): [name: string, problem: string][] {
  const wrong = (names: string[], isRight: (value: string) => boolean, problem: string) =>
    names
      .filter((name) => environment[name] && !isRight(environment[name]))
      .map((name): [string, string] => [name, problem]);
  const isGrpc = environment.OTEL_EXPORTER_OTLP_PROTOCOL === 'grpc';
  return [
    ...wrong(durations, isDuration, `must be a whole number of milliseconds from 1 to ${maxMs}, in decimal digits`),
    ...(isGrpc ? [] : wrong(addresses, isHttp, 'must be an address as http://host:port')),
  ];
}

function isDuration(value: string): boolean {
  return /^\d{1,7}$/.test(value) && Number(value) >= 1 && Number(value) <= maxMs;
}

function isHttp(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value);
}
