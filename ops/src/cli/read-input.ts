import { parseArgs } from 'node:util';
import { Uuid } from '@punctual/contracts';
import { type CommandInput, type OpsCommand, WrongUse } from './command.ts';

/**
 * Reads the arguments after the command's name.
 * @throws WrongUse
 */
export function readInput({ argument, flags }: OpsCommand, args: readonly string[]): CommandInput {
  const { values, positionals } = parse(flags, args);
  const [first = '', ...more] = positionals;
  if (first === '' && argument?.required) throw new WrongUse(`${argument.name} is missing.`);
  const surplus = argument ? more[0] : first;
  if (surplus) throw new WrongUse(`Unexpected argument: ${surplus}.`);
  return {
    argument: first,
    text: (flag) => {
      const value = values[flag];
      return typeof value === 'string' ? value : undefined;
    },
    has: (flag) => values[flag] === true,
  };
}

/** The value of a required flag. */
export function required(input: CommandInput, flag: string): string {
  const value = input.text(flag);
  if (value === undefined) throw new WrongUse(`--${flag} is missing.`);
  return value;
}

/**
 * The time in a flag: RFC 3339 with an offset or `Z`, in the years 1 to 9999; seconds are optional.
 */
export function instantOf(input: CommandInput, flag: string): Temporal.Instant | undefined {
  const text = input.text(flag);
  if (text === undefined) return undefined;
  try {
    return storable(Temporal.Instant.from(text));
  } catch {
    throw new WrongUse(`--${flag} ${text} is not a time such as 2026-11-20T00:00Z.`);
  }
}

/** The times in `--from` and `--to`; `--from` must be the earlier one. */
export function timesOf(input: CommandInput): { from: Temporal.Instant | undefined; to: Temporal.Instant | undefined } {
  const [from, to] = [instantOf(input, 'from'), instantOf(input, 'to')];
  if (from && to && Temporal.Instant.compare(from, to) >= 0)
    throw new WrongUse(`--from ${from} is not before --to ${to}.`);
  return { from, to };
}

/** The consumer in `--consumer`. Wildcards are refused. */
export function consumerOf(input: CommandInput): string | undefined {
  const name = input.text('consumer');
  if (name !== undefined && !/^[\w-]+$/.test(name)) throw new WrongUse(`“${name}” is not a consumer name.`);
  return name;
}

/** The assignment id in a text. */
export function assignmentId(text: string): string {
  const id = Uuid.safeParse(text.toLowerCase()).data;
  if (id === undefined) throw new WrongUse(`“${text}” is not an assignment id.`);
  return id;
}

/** The assignment id in `--assignment`, if it is given. */
export function assignmentOf(input: CommandInput): string | undefined {
  const text = input.text('assignment');
  return text === undefined ? undefined : assignmentId(text);
}

/** The positive whole number in a text. */
export function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new WrongUse(`${name} ${text} is not a positive whole number.`);
  return Number(text);
}

/** @throws RangeError for a year that NATS and PostgreSQL cannot read */
function storable(instant: Temporal.Instant): Temporal.Instant {
  if (/^(?!0000)[0-9]{4}-/.test(instant.toString())) return instant;
  throw new RangeError(`${instant} is not of the years 1 to 9999.`);
}

function parse(flags: OpsCommand['flags'], args: readonly string[]) {
  const options = Object.entries(flags).map(
    ([name, { value }]) => [name, { type: value ? ('string' as const) : ('boolean' as const) }] as const,
  );
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(options), allowPositionals: true });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? `${error.message.split('. ')[0]}.` : String(error));
  }
}
