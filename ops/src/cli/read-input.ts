import { parseArgs } from 'node:util';
import { Uuid } from '@punctual/contracts';
import { type Command, type Input, WrongUse } from './command.ts';

/**
 * What stands on the line after the command's name.
 * @throws WrongUse
 */
export function readInput({ argument, flags }: Command, args: readonly string[]): Input {
  const { values, positionals } = parse(flags, args);
  const [first = '', ...more] = positionals;
  if (first === '' && argument?.required) throw new WrongUse(`${argument.name} is missing.`);
  const surplus = argument ? more[0] : first;
  if (surplus) throw new WrongUse(`${surplus} does not belong there.`);
  return {
    argument: first,
    text: (flag) => {
      const value = values[flag];
      return typeof value === 'string' ? value : undefined;
    },
    has: (flag) => values[flag] === true,
  };
}

/** The value of a flag that must be there. */
export function required(input: Input, flag: string): string {
  const value = input.text(flag);
  if (value === undefined) throw new WrongUse(`--${flag} is missing.`);
  return value;
}

/** The moment that a flag names, in RFC 3339 with an offset or `Z`, of the years 1 to 9999; seconds may be left out. */
export function instantOf(input: Input, flag: string): Temporal.Instant | undefined {
  const text = input.text(flag);
  if (text === undefined) return undefined;
  try {
    return storable(Temporal.Instant.from(text));
  } catch {
    throw new WrongUse(`--${flag} ${text} is not a moment such as 2026-11-20T00:00Z.`);
  }
}

/** The moments that `--from` and `--to` name, of which the first must come first. */
export function timesOf(input: Input): { from: Temporal.Instant | undefined; to: Temporal.Instant | undefined } {
  const [from, to] = [instantOf(input, 'from'), instantOf(input, 'to')];
  if (from && to && Temporal.Instant.compare(from, to) >= 0)
    throw new WrongUse(`--from ${from} is not before --to ${to}.`);
  return { from, to };
}

/** The consumer that `--consumer` names: one, for a wildcard would mean others as well. */
export function consumerOf(input: Input): string | undefined {
  const name = input.text('consumer');
  if (name !== undefined && !/^[\w-]+$/.test(name)) throw new WrongUse(`“${name}” is not the name of a consumer.`);
  return name;
}

/** The assignment that a text names. */
export function assignmentId(text: string): string {
  const id = Uuid.safeParse(text.toLowerCase()).data;
  if (id === undefined) throw new WrongUse(`“${text}” is not the id of an assignment.`);
  return id;
}

/** The positive whole number that a text is. */
export function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new WrongUse(`${name} ${text} is not a positive whole number.`);
  return Number(text);
}

/** @throws RangeError for a year that NATS and PostgreSQL do not read */
function storable(instant: Temporal.Instant): Temporal.Instant {
  if (/^(?!0000)[0-9]{4}-/.test(instant.toString())) return instant;
  throw new RangeError(`${instant} is not of the years 1 to 9999.`);
}

function parse(flags: Command['flags'], args: readonly string[]) {
  const options = Object.entries(flags).map(
    ([name, { value }]) => [name, { type: value ? ('string' as const) : ('boolean' as const) }] as const,
  );
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(options), allowPositionals: true });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? `${error.message.split('. ')[0]}.` : String(error));
  }
}
