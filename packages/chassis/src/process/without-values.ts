import { isSqlState } from '../unavailable/sql-state.ts';

const redacted = '[redacted]';
const deepest = 5;
/** What says which rule was broken, and not by which value. */
const keptOfIssue = ['code', 'path', 'message', 'expected', 'format', 'minimum', 'maximum'];

/**
 * The classes of SQLSTATE whose messages repeat data: about the data of a statement, or raised by a
 * function.
 */
const quotesValues = /^(2[0-7]|44|54|P0)/;
/** What MongoDB says of a duplicate, up to its value. */
const duplicateOf = /^E11000 duplicate key error collection: \S+ index: \S+/;

type Issue = { readonly code?: unknown; readonly path?: unknown };

/**
 * The message of an error without the values that were refused: PostgreSQL, MongoDB, `JSON.parse`
 * and zod quote them. Where the message repeats that of its cause, as a wrapper's does, the
 * repetition is cut as well.
 */
export function messageWithoutValues(error: Error, depth = 0): string {
  const own = judged(error);
  const { cause } = error;
  if (!(cause instanceof Error) || depth === deepest || cause.message === '') return own;
  return own.replaceAll(cause.message, () => messageWithoutValues(cause, depth + 1));
}

/**
 * The lines of a stack that say where, without the message, which stands before them and may have
 * any number of lines.
 */
export function framesOf({ message, stack = '' }: Error): string[] {
  const said = new Set(message.split('\n'));
  const lines = stack.replaceAll(message, '').split('\n');
  return lines.filter((line) => /^\s+at .*[)\d>]$/.test(line) && !said.has(line));
}

/**
 * Cuts a text before the first value that a database repeats: in quotes or brackets, or after a
 * colon.
 */
export function cutAtValue(text: string): string {
  return text.replace(/(: |["'`{[\p{Pi}\p{Pf}])[\s\S]*$/u, redacted);
}

/** SQL with `?` for every literal. */
export function withoutLiterals(sql: string): string {
  return sql
    .replace(/\bE'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'/gi, '?')
    .replace(/(?<![\w$."])\d+(?:\.\d+)?(?![\w"])/g, '?')
    .replace(/'[\s\S]*$/, redacted);
}

function judged(error: Error): string {
  const { name, message } = error;
  const code: unknown = Reflect.get(error, 'code');
  const issues: unknown = Reflect.get(error, 'issues');
  if (Array.isArray(issues)) return JSON.stringify(issues.map(withoutInput));
  // The mapper adds the detail, which has whole rows.
  if (isSqlState(code))
    return quotesValues.test(code) ? cutAtValue(message) : message.replace(/\n - detail: [\s\S]*$/, '');
  if (name.startsWith('Mongo') && typeof code === 'number')
    return duplicateOf.exec(message)?.[0] ?? cutAtValue(message);
  if (error instanceof SyntaxError && message.endsWith('is not valid JSON')) return 'The text is not valid JSON';
  return message;
}

/** Names that a client has chosen are values, too. */
function withoutInput(issue: Issue): object {
  const entries = keptOfIssue.map((name) => [name, Reflect.get(issue, name)]);
  const path = Array.isArray(issue.path) ? issue.path.map(nameOrIndex) : [];
  const message = issue.code === 'unrecognized_keys' && { message: 'Unrecognized keys' };
  return { ...Object.fromEntries(entries), path, ...message };
}

function nameOrIndex(step: unknown): unknown {
  return typeof step === 'number' || /^[a-z]\w{0,40}$/i.test(String(step)) ? step : redacted;
}
