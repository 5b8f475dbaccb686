import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { installPython } from '../python-package.ts';

const version = '4.32.5';

/** Runs schemathesis; its output goes to this terminal. */
export type Schemathesis = (
  args: string[],
  options: { cwd: string; env: Record<string, string>; signal: AbortSignal },
) => Promise<number | null>;

/**
 * Provides Schemathesis in a virtual environment in the cache folder, installed from PyPI once.
 * @throws Error in one line when it cannot be installed
 */
export async function installSchemathesis(log: (line: string) => void): Promise<Schemathesis> {
  const folder = await installPython('schemathesis', version, log);
  return async (args, { cwd, env, signal }) => {
    // As a module: scripts of a virtual environment know only the folder it was created in.
    const child = spawn(join(folder, 'bin/python'), ['-m', 'schemathesis.cli', ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      signal,
      killSignal: 'SIGTERM',
    });
    const [code] = await once(child, 'exit');
    return code;
  };
}
