import { spawnSync } from 'node:child_process';

/**
 * Runs a program in a folder and returns what it prints.
 * @throws Error with its messages when it fails
 */
export function runIn(folder: string, command: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (status === 0) return stdout;
  const messages = error?.message ?? `${stderr}${stdout}`.trim();
  throw new Error(`${[command, ...args].join(' ')} failed: ${messages}`, { cause: error });
}

/** Runs a program of Node with the Node of this process. */
export const nodeIn = (folder: string, args: readonly string[]): string => runIn(folder, process.execPath, args);

/** Runs the npm that runs us, else the one on the PATH. */
export function npmIn(folder: string, args: readonly string[]): string {
  const path = process.env.npm_execpath;
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund'];
  return path ? nodeIn(folder, [path, ...args, ...quiet]) : runIn(folder, 'npm', [...args, ...quiet]);
}
