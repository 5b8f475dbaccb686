import { pino } from 'pino';
import { serializeError, withoutCredentials } from './serialize-error.ts';

export type Logger = pino.Logger;

const secrets = ['authorization', 'cookie', 'password', 'token', 'secret'];

export type LoggerOptions = {
  name: string;
  level: string;
  /** Fields of every line, evaluated for each: the current trace. */
  context?: () => object;
  /** Called with each child of the logger, and of its children. */
  onChild?: (child: Logger) => void;
};

/** Creates a logger that writes JSON lines to standard output, without credentials. */
export function createLogger(options: LoggerOptions, output?: pino.DestinationStream): Logger {
  const settings: pino.LoggerOptions = {
    name: options.name,
    level: options.level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: redactFields },
    hooks: {
      // Without a message, pino would log that of the error.
      logMethod: function (fields, method) {
        method.apply(this, namedFailure(fields));
      },
    },
    serializers: { err: (error: unknown) => serializeError(error) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    ...(options.context && { mixin: options.context }),
    ...(options.onChild && { onChild: options.onChild }),
  };
  return output ? pino(settings, output) : pino(settings);
}

/** Adds a message to a line that has only an error. */
function namedFailure(fields: Parameters<pino.LogFn>): Parameters<pino.LogFn> {
  const [first, message, ...values] = fields as [unknown, string | undefined, ...unknown[]];
  const named = first instanceof Error ? { err: first } : first;
  const failed = typeof named === 'object' && named !== null && Reflect.get(named, 'err') instanceof Error;
  return (failed ? [named, message ?? 'Failed', ...values] : fields) as Parameters<pino.LogFn>;
}

/**
 * Redacts fields: texts, which are often an error's message, and errors in other fields than `err`.
 */
function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactField(name, value)]));
}

function redactField(name: string, value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  return value instanceof Error && name !== 'err' ? serializeError(value) : value;
}
