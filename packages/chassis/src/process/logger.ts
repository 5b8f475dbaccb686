import { pino } from 'pino';
import { currentTraceId } from '../telemetry/trace-context.ts';

export type Logger = pino.Logger;

const secrets = ['authorization', 'cookie', 'password', 'token', 'secret'];

/** JSON lines on standard output; each carries the trace that it belongs to, and none a credential. */
export function createLogger(options: { name: string; level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId ? { traceId } : {};
    },
  });
}
