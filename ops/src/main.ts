/** `npm run ops -- COMMAND`: exit code 0 when it did what it says, 1 when it failed, 2 for wrong use. */
import { type Command, WrongUse } from './cli/command.ts';
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

/** Without a command, or with the first word of some: what there is. */
function introduce([word, second]: readonly string[]): number {
  const isAsked = word === undefined || word === '--help' || word === 'help';
  const ofGroup = commands.filter(({ name }) => name.startsWith(`${word} `));
  if (isAsked) context.print(overview(commands));
  else if (ofGroup.length > 0 && second === undefined) context.say(overview(ofGroup));
  else if (ofGroup.length > 0) context.say(`There is no command ${word} ${second}.\n\n${overview(ofGroup)}`);
  else context.say(`There is no command ${word}.\n\n${overview(commands)}`);
  return isAsked ? 0 : 2;
}

function fail({ name }: Command, error: unknown): number {
  const reason = error instanceof Error ? error.message : String(error);
  const line = reason.replace(/\s+/g, ' ');
  if (!(error instanceof WrongUse)) {
    context.say(line);
    return 1;
  }
  context.say(`${line} See: npm run ops -- ${name} --help`);
  return 2;
}
