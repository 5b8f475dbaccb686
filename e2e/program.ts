import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A program of the command line that runs, and what it has said. */
export type Program = {
  output(): string;
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
};

export type Environment = Readonly<Record<string, string>>;

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs what stands behind `npm start` or `npm run demo`, which is `exec node`. */
export function runProgram(name: 'start' | 'demo', environment: Environment): Program {
  const child = spawn(process.execPath, [`packages/devstack/src/cli/${name}.ts`], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return {
    output: () => output,
    exited: once(child, 'exit').then(([code]) => code),
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs a line as a person would type it in the checkout, and answers what it prints. */
export async function runLine(line: string, environment: Environment): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...environment } };
  return (await promisify(execFile)('sh', ['-c', line], options)).stdout;
}
