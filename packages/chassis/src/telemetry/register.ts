import { stopWhileLoading } from '../process/early-stop.ts';

/**
 * Preloaded by `node --import @punctual/chassis/otel`, before the service's own code. Exports over OTLP when
 * `OTEL_EXPORTER_OTLP_ENDPOINT` is set (every other `OTEL_*` variable of the SDK holds, the sampler too); else loads nothing
 * of the SDK and costs nothing. In any case a signal meanwhile ends the process cleanly.
 */
stopWhileLoading();
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  const { register } = await import('import-in-the-middle/register-hooks.mjs');
  register({ include: ['http', 'node:http', 'pg', 'mongodb'] });
  const { startSdk } = await import('./sdk.ts');
  startSdk();
}
