import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type SupervisedCommand, startSupervised } from './supervised-process.ts';

/** Finds a command on the PATH. */
export async function findCommand(env: NodeJS.ProcessEnv, name: string): Promise<string | undefined> {
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** The first version number in what `--version` prints. */
export async function versionOf(command: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)(command, ['--version']).catch(() => ({ stdout: '' }));
  return /\d+(\.\d+)+/.exec(stdout)?.[0];
}

/**
 * Runs a command to its end; it ends with this process, too. @throws with its last words when it
 * fails
 */
export async function run(
  options: Omit<SupervisedCommand, 'stopSignal'> & { signal: AbortSignal | undefined },
): Promise<void> {
  options.signal?.throwIfAborted();
  const process = await startSupervised({ ...options, stopSignal: 'TERM' });
  const stop = () => void process.stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  const code = await process.exited;
  options.signal?.removeEventListener('abort', stop);
  options.signal?.throwIfAborted();
  if (code === 0) return;
  const lastWords = (await readFile(options.logFile, 'utf8')).trim().split('\n').at(-1);
  throw new Error(`${options.command[0]} exited with ${code}: ${lastWords}`);
}
