import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openCache } from '@punctual/devstack';

const run = promisify(execFile);

/**
 * Installs a package of PyPI into a virtual environment in the cache folder, once.
 * @returns the environment's folder. Run Python scripts in it as modules: they know only the folder
 * in which they were made
 * @throws Error in one line when it cannot be installed
 */
export async function installPython(name: string, version: string, log: (line: string) => void): Promise<string> {
  const enough = 'import sys; sys.exit(sys.version_info < (3, 11))';
  await run('python3', ['-c', enough]).catch(refuse(`${name} needs python3, 3.11 or later, on the PATH`));
  const cache = await openCache({ env: process.env, log });
  return cache.folderOf(`${name}-${version}`, async (draft) => {
    log(`${name} ${version}: installing it from PyPI, once`);
    await run('python3', ['-m', 'venv', draft]).catch(refuse('python3 has no venv: install python3-venv'));
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${name}==${version}`];
    await run(join(draft, 'bin/python'), pip).catch(refuse(`${name} cannot be installed: PyPI is out of reach`));
  });
}

function refuse(reason: string) {
  return (cause: unknown): never => {
    throw new Error(`${reason}.`, { cause });
  };
}
