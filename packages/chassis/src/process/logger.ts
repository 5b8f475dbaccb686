import { pino } from 'pino';
import { currentTraceId } from '../telemetry/trace-context.ts';
import { serializeError, withoutCredentials } from './serialize-error.ts';

export type Logger = pino.Logger;

const secrets = ['authorization', 'cookie', 'password', 'token', 'secret'];

/** JSON lines on standard output; each carries the trace that it belongs to, and none a credential. */
export function createLogger(options: { name: string; level: string }, output?: pino.DestinationStream): Logger {
  const settings: pino.LoggerOptions = {
    name: options.name,
    level: options.level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutAddresses },
    serializers: { err: (error: unknown) => serializeError(error) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId ? { traceId } : {};
    },
  };
  return output ? pino(settings, output) : pino(settings);
}

/** The reason of something is often the message of an error, as a text. */
function withoutAddresses(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? withoutCredentials(value) : value]),
  );
}
