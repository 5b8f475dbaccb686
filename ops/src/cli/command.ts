/** A flag of a command line, `--name`. One with a `value` takes one, and the value's name is what help shows. */
export type Flag = { readonly about: string; readonly value?: string };

/** What a command was given. */
export type Input = {
  /** What stands on the line without a flag; empty when the command takes none. */
  readonly argument: string;
  /** The value of a flag. */
  text(flag: string): string | undefined;
  /** Whether a flag without a value was given. */
  has(flag: string): boolean;
};

/** What a command may use of the outside. */
export type Context = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A line of the result, on standard output. */
  print(line: string): void;
  /** A line about the work, on standard error. */
  say(line: string): void;
  /**
   * Asks whether what was just printed is to be done: `--yes` answers yes, and where nobody can be asked the answer is no, and
   * said to be so.
   */
  agree(input: Input): Promise<boolean>;
};

/** One command: a file of its own, listed in `commands.ts`. */
export type Command = {
  /** The words that it is called by: `dlq list`. */
  readonly name: string;
  /** One line for the overview. */
  readonly about: string;
  /** What else is good to know, for its own help. */
  readonly details?: string;
  /** The one thing that may stand on the line without a flag; it must, when it is required. */
  readonly argument?: { readonly name: string; readonly required: boolean };
  readonly flags: Readonly<Record<string, Flag>>;
  /** @throws WrongUse (exit code 2), or an Error whose message says in one line why it failed (exit code 1) */
  run(context: Context, input: Input): Promise<void>;
};

/** The command line is not what the command takes. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

export const yesFlag: Flag = { about: 'do it without asking, for scripts' };
export const jsonFlag: Flag = { about: 'JSON, for programs' };
