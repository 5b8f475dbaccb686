import { setTimeout as delay } from 'node:timers/promises';
import { logs, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';

/**
 * Exports the pending spans, metrics and log lines. Resolves after `withinMs` at the latest, even if that
 * fails, and at once when telemetry is off.
 */
export async function flushTelemetry(withinMs: number): Promise<void> {
  const tracers = trace.getTracerProvider();
  const providers = [
    tracers instanceof ProxyTracerProvider ? tracers.getDelegate() : tracers,
    metrics.getMeterProvider(),
    logs.getLoggerProvider(),
  ];
  await Promise.race([Promise.allSettled(providers.map(forceFlush)), delay(withinMs, undefined, { ref: false })]);
}

/** Whether an error was raised by the SDK itself: telemetry never decides how a process ends. */
export function isOfTelemetry(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const raisedAt = error.stack?.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('node:'));
  return raisedAt?.includes('/node_modules/@opentelemetry/') ?? false;
}

async function forceFlush(provider: object): Promise<void> {
  if ('forceFlush' in provider && typeof provider.forceFlush === 'function') await provider.forceFlush();
}
