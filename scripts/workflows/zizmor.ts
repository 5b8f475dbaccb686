import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openCache } from '@punctual/devstack';

const version = '1.32.0';
const run = promisify(execFile);

/** What zizmor finds in workflows: risks such as injected templates, or too many permissions. */
export async function zizmorOf(files: readonly string[]): Promise<readonly string[]> {
  const found = await run(await install(), ['--offline', '--no-exit-codes', '--format=json', ...files]);
  return JSON.parse(found.stdout).map(({ ident }: { ident: string }) => ident);
}

export function hasPython(): boolean {
  try {
    return execFileSync('python3', ['-c', 'import venv, ensurepip; print(1)']).length > 0;
  } catch {
    return false;
  }
}

/** Installs it from PyPI into the cache folder, once. */
async function install(): Promise<string> {
  const cache = await openCache({ env: process.env, log: () => {} });
  const folder = await cache.folderOf(`zizmor-${version}`, async (draft) => {
    await run('python3', ['-m', 'venv', draft]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `zizmor==${version}`];
    await run(join(draft, 'bin/python'), pip);
  });
  return join(folder, 'bin/zizmor');
}
