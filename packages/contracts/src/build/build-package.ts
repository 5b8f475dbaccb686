import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * Makes the folder that is published: JavaScript and declarations, since Node strips no types under
 * node_modules, with the JSON Schemas and its own package.json. Inside this repository the
 * sources are imported as they are.
 */
export function buildPackage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const tsc = join(root, '../../node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', join(root, 'tsconfig.build.json'), '--outDir', folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  cpSync(join(root, '../../LICENSE'), join(folder, 'LICENSE'));
  for (const name of ['README.md', 'schemas']) cpSync(join(root, name), join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(publishedManifest(), null, 2)}\n`);
}

function publishedManifest(): object {
  const { name, version, description, license, type, dependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const exports = { '.': { types: './index.d.ts', default: './index.js' }, './schemas/*': './schemas/*' };
  return { name, version, description, license, type, exports, dependencies };
}

if (import.meta.main) buildPackage(join(root, 'dist'));
