import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A running command-line program and its output. */
export type StartedProgram = {
  output(): string;
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
};

export type ProgramEnvironment = Readonly<Record<string, string>>;

const root = fileURLToPath(new URL('..', import.meta.url));

/** Starts the program behind `npm start` or `npm run demo`. */
export function startProgram(
  name: 'start' | 'demo',
  environment: ProgramEnvironment,
  args: readonly string[] = [],
): StartedProgram {
  const child = spawn(process.execPath, [`packages/devstack/src/cli/${name}.ts`, ...args], {
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

/** Runs a shell line in the checkout and returns its output. */
export async function runLine(line: string, environment: ProgramEnvironment): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...environment } };
  return (await promisify(execFile)('sh', ['-c', line], options)).stdout;
}
