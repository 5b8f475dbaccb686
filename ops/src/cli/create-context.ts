import { createInterface } from 'node:readline/promises';
import type { Context } from './command.ts';

/** Uses the process's environment, output and terminal. */
export function createContext(): Context {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  return {
    environment: process.env,
    print: (line) => process.stdout.write(`${line}\n`),
    say,
    agree: async (input) => {
      if (input.has('yes')) return true;
      if (!process.stdin.isTTY || !process.stderr.isTTY) {
        say('Nothing was done: there is no terminal to ask for confirmation; add --yes.');
        return false;
      }
      const agreed = await ask();
      if (!agreed) say('Nothing was done.');
      return agreed;
    },
  };
}

async function ask(): Promise<boolean> {
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await questions.question('Continue? [y/N] ')).trim());
  } finally {
    questions.close();
  }
}
