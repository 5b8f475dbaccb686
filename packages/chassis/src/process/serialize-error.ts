import { ConfigError } from './config.ts';
import { framesOf, messageWithoutValues } from './without-values.ts';

/**
 * An error as it is logged: what it says of itself, and never an address with its password or a
 * value that was refused.
 */
export type LoggedError = Record<string, unknown>;

/**
 * What libraries say beside the message, and is of use: where it happened and by which rule. Others
 * are left out: Node puts the whole address that it cannot parse into `input`, drivers their
 * `options`, `servers` and credentials, databases the refused values into `detail`, `where` and
 * `keyValue`.
 */
const kept = [
  'code',
  'codeName',
  'errno',
  'syscall',
  'address',
  'hostname',
  'port',
  'status',
  'statusCode',
  'requestId',
  'severity',
  'routine',
  'schema',
  'table',
  'column',
  'constraint',
  'operation',
  'subject',
];
const deepest = 5;
const most = 10;

/** Serialises what was thrown, with its causes and the errors that it gathers, bounded. */
export function serializeError(error: unknown, depth = 0): LoggedError | string {
  if (!(error instanceof Error)) return withoutCredentials(String(error));
  // It repeats no value, and says how an address is written.
  const show = error instanceof ConfigError ? String : withoutCredentials;
  const type = error.constructor?.name ?? error.name;
  const message = messageWithoutValues(error);
  const stack =
    message === error.message ? String(error.stack) : [`${type}: ${message}`, ...framesOf(error)].join('\n');
  const logged: LoggedError = { type, message: show(message), stack: show(stack) };
  for (const name of kept) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === 'string') logged[name] = withoutCredentials(value);
    if (typeof value === 'number') logged[name] = value;
  }
  if (depth === deepest) return logged;
  if (error.cause !== undefined) logged.cause = serializeError(error.cause, depth + 1);
  if (error instanceof AggregateError) {
    logged.errors = error.errors.slice(0, most).map((each) => serializeError(each, depth + 1));
  }
  return logged;
}

/**
 * Blackens what comes before the last `@` of anything that looks like an address. A password that
 * nobody has encoded may hold any character, so it is better to take too much; paths of files have
 * an `@` of their own.
 */
export function withoutCredentials(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(/([a-z\d+.-]*):\/\/\S*@/gi, (address, scheme: string) =>
    scheme.toLowerCase() === 'file' ? address : `${scheme}://[redacted]@`,
  );
}
