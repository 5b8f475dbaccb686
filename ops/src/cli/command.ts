/**
 * A command-line flag, `--name`. `value` is the name that help shows for its value, if it takes
 * one.
 */
export type Flag = { readonly about: string; readonly value?: string };

/** The arguments of a command. */
export type CommandInput = {
  /** The positional argument; empty if the command takes none. */
  readonly argument: string;
  /** The value of a flag. */
  text(flag: string): string | undefined;
  /** Whether a flag without a value was given. */
  has(flag: string): boolean;
};

/** A command's access to the outside. */
export type Context = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A line of the result, on standard output. */
  print(line: string): void;
  /** A line about the work, on standard error. */
  say(line: string): void;
  /**
   * Asks whether to do what was just printed. `--yes` answers yes. Without a terminal the answer is
   * no, which is reported.
   */
  agree(input: CommandInput): Promise<boolean>;
};

/** One command, in its own file and listed in `commands.ts`. */
export type OpsCommand = {
  /** The words that call it: `dlq list`. */
  readonly name: string;
  /** One line for the overview. */
  readonly about: string;
  /** Further explanation, for its own help. */
  readonly details?: string;
  /** Its only positional argument. */
  readonly argument?: { readonly name: string; readonly required: boolean };
  readonly flags: Readonly<Record<string, Flag>>;
  /**
   * @throws WrongUse (exit code 2), or an Error whose message says in one line why it failed (exit
   *   code 1)
   */
  run(context: Context, input: CommandInput): Promise<void>;
};

/** The command line is invalid. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

export const yesFlag: Flag = { about: 'do not ask for confirmation' };
export const jsonFlag: Flag = { about: 'print JSON' };
