import { stopWhileLoading } from '../process/early-stop.ts';
import { isTelemetryOn } from './is-on.ts';

/**
 * Preloaded by `node --import @punctual/chassis/otel`, before the service's own code. Exports over
 * OTLP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and serves `/metrics` when
 * `OTEL_METRICS_EXPORTER` names `prometheus`. Every other `OTEL_*` variable of the SDK holds, the
 * sampler too. With neither it loads nothing of the SDK and costs nothing. In any case a signal
 * meanwhile ends the process cleanly.
 */
stopWhileLoading();
if (isTelemetryOn()) {
  const { register } = await import('import-in-the-middle/register-hooks.mjs');
  register({ include: ['http', 'node:http', 'mongodb', 'pino'] });
  const { startSdk } = await import('./sdk.ts');
  startSdk();
}
