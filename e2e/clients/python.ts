import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCache } from '@punctual/devstack';
import { type BuildOptions, folderOf, type GeneratedClient } from './generated-client.ts';
import { missing, runTool } from './run-tool.ts';

const folder = folderOf('python');

/** `requirements.txt` pins the generator and what its client imports. */
export const python: GeneratedClient = {
  language: 'python',
  generator: 'openapi-python-client 0.29.1',
  build: async (document, options) => {
    const bin = join(await installPackages(options), 'bin');
    const generate = [
      // As a module: scripts of a virtual environment know only the folder it was created in.
      ...[join(bin, 'python'), '-m', 'openapi_python_client', 'generate'],
      ...['--path', document, '--config', 'openapi-python-client.yaml', '--custom-template-path', 'templates'],
      ...['--meta', 'none', '--output-path', 'generated/punctual', '--overwrite', '--fail-on-warning'],
    ];
    await runTool(generate, { cwd: folder, signal: options.signal });
    return { command: [join(bin, 'python'), 'journey.py'], cwd: folder };
  },
};

/** Provides a virtual environment in the cache folder, filled from PyPI once. */
async function installPackages({ log, signal }: BuildOptions): Promise<string> {
  const enough = 'import sys; sys.exit(sys.version_info < (3, 11))';
  const tool = { cwd: folder, signal };
  await runTool(['python3', '-c', enough], tool).catch(missing('python3 is older than 3.11'));
  const requirements = await readFile(join(folder, 'requirements.txt'));
  const version = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
  const cache = await openCache({ env: process.env, log, signal });
  return cache.folderOf(`openapi-python-client-${version}`, async (draft) => {
    log('installing openapi-python-client from PyPI, once');
    await runTool(['python3', '-m', 'venv', draft], tool).catch(missing('python3 has no venv: install python3-venv'));
    const pip = [join(draft, 'bin/python'), '-m', 'pip', '--disable-pip-version-check'];
    const install = [...pip, 'install', '--quiet', '--requirement', 'requirements.txt'];
    await runTool(install, tool).catch(missing('the packages of requirements.txt cannot be downloaded'));
  });
}
