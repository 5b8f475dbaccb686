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
    formatters: { level: (label) => ({ level: label }), log: redactFields },
    hooks: {
      // Of an error without a message of ours the library would log the error's.
      logMethod: function (fields, method) {
        method.apply(this, namedFailure(fields));
      },
    },
    serializers: { err: (error: unknown) => serializeError(error) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId ? { traceId } : {};
    },
  };
  return output ? pino(settings, output) : pino(settings);
}

/** The fields and a message of ours, where there is only an error. */
function namedFailure(fields: Parameters<pino.LogFn>): Parameters<pino.LogFn> {
  const [first, message, ...values] = fields as [unknown, string | undefined, ...unknown[]];
  const named = first instanceof Error ? { err: first } : first;
  const failed = typeof named === 'object' && named !== null && Reflect.get(named, 'err') instanceof Error;
  return (failed ? [named, message ?? 'failed', ...values] : fields) as Parameters<pino.LogFn>;
}

/** The reason of something is often the message of an error, as a text; an error has no other form in the log than as `err`. */
function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactField(name, value)]));
}

function redactField(name: string, value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  return value instanceof Error && name !== 'err' ? serializeError(value) : value;
}
