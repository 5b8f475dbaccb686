/**
 * `npm run ops -- COMMAND`: exits with 0 on success, 1 on failure, 2 for an invalid command line.
 */
import { reasonOf } from '@punctual/chassis';
import { type OpsCommand, WrongUse } from './cli/command.ts';
import { createContext } from './cli/create-context.ts';
import { helpOf, overview } from './cli/help.ts';
import { readInput } from './cli/read-input.ts';
import { commands } from './commands.ts';

const context = createContext();
process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  const command = commands.find(({ name }) => args.slice(0, name.split(' ').length).join(' ') === name);
  if (!command) return introduce(args);
  const rest = args.slice(command.name.split(' ').length);
  if (rest.includes('--help')) {
    context.print(helpOf(command));
    return 0;
  }
  try {
    await command.run(context, readInput(command, rest));
    return 0;
  } catch (error) {
    return fail(command, error);
  }
}

/** Prints the available commands. */
function introduce([word, second]: readonly string[]): number {
  const isAsked = word === undefined || word === '--help' || word === 'help';
  const ofGroup = commands.filter(({ name }) => name.startsWith(`${word} `));
  if (isAsked) context.print(overview(commands));
  else if (ofGroup.length > 0 && second === undefined) context.say(overview(ofGroup));
  else if (ofGroup.length > 0) context.say(`Unknown command: ${word} ${second}.\n\n${overview(ofGroup)}`);
  else context.say(`Unknown command: ${word}.\n\n${overview(commands)}`);
  return isAsked ? 0 : 2;
}

function fail({ name }: OpsCommand, error: unknown): number {
  const line = reasonOf(error).replace(/\s+/g, ' ');
  if (!(error instanceof WrongUse)) {
    context.say(line);
    return 1;
  }
  context.say(`${line} See: npm run ops -- ${name} --help`);
  return 2;
}
