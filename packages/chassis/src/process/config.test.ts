import { expect, test } from 'vitest';
import { AuthConfig, ConfigError, HttpConfig, readConfig } from './config.ts';

test('unset and empty variables get defaults', () => {
  expect(readConfig(HttpConfig, { PORT: '', HOST: undefined })).toEqual({
    HOST: '127.0.0.1',
    PORT: 0,
    LOG_LEVEL: 'info',
    ACCESS_LOG: 'off',
    HTTP_KEEP_ALIVE_MS: 75_000,
    HTTP_REQUEST_TIMEOUT_MS: 5_000,
    HTTP_SLOW_READER_MS: 10_000,
    SHUTDOWN_GRACE_MS: 10_000,
  });
});

test('every invalid variable is named', () => {
  const read = () => readConfig(AuthConfig, { AUTH_JWKS_URL: 'not a url', AUTH_ISSUER: 'https://issuer.example' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/AUTH_JWKS_URL: .*AUTH_AUDIENCE: /);
});

test.each([
  ['OTEL_METRIC_EXPORT_INTERVAL', '3000000000'],
  ['OTEL_BSP_SCHEDULE_DELAY', '1e3'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '0'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://'],
])('refuses %s=%s by name together with all other errors', (name, value) => {
  const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', [name]: value };
  const read = () => readConfig(HttpConfig, { PORT: 'x', ...telemetry });
  expect(read).toThrow(new RegExp(`^(?=.*\\b${name}: must be )(?=.*\\bPORT: )`));
});

test('accepts a collector over HTTP or gRPC, and ignores telemetry settings without one', () => {
  const grpc = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  const http = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp', OTEL_METRIC_EXPORT_INTERVAL: '1000' };
  for (const given of [grpc, http, { OTEL_METRIC_EXPORT_INTERVAL: 'x' }]) readConfig(HttpConfig, given);
});
