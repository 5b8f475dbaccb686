import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openCache } from '@punctual/devstack';

const version = '4.32.5';
const run = promisify(execFile);

/** Runs schemathesis with arguments; what it says goes to this terminal. */
export type Schemathesis = (
  args: string[],
  options: { cwd: string; env: Record<string, string>; signal: AbortSignal },
) => Promise<number | null>;

/**
 * Schemathesis in a virtual environment of its own in the cache folder, installed from PyPI when it is not there yet.
 * @throws Error in one line when it cannot be had
 */
export async function installSchemathesis(log: (line: string) => void): Promise<Schemathesis> {
  await requirePython();
  const cache = await openCache({ env: process.env, log });
  const folder = await cache.folderOf(`schemathesis-${version}`, async (draft) => {
    log(`schemathesis ${version}: installing it from PyPI, once`);
    await run('python3', ['-m', 'venv', draft]).catch(refuse('python3 has no venv: install python3-venv'));
    const python = join(draft, 'bin/python');
    const wanted = `schemathesis==${version}`;
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', wanted]).catch(
      refuse('schemathesis cannot be installed: PyPI is out of reach'),
    );
  });
  return async (args, { cwd, env, signal }) => {
    // As a module: the scripts of a virtual environment know only the folder that it was made in.
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

async function requirePython(): Promise<void> {
  const enough = 'import sys; sys.exit(sys.version_info < (3, 11))';
  await run('python3', ['-c', enough]).catch(refuse('npm run fuzz needs python3, 3.11 or later, on the PATH'));
}

function refuse(reason: string) {
  return (cause: unknown): never => {
    throw new Error(`${reason}.`, { cause });
  };
}
