import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Builds the folder that is published: JavaScript and declarations, without dependencies. */
export function buildPackage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const tsc = join(root, '../../node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', join(root, 'tsconfig.build.json'), '--outDir', folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  cpSync(join(root, '../../LICENSE'), join(folder, 'LICENSE'));
  cpSync(join(root, 'README.md'), join(folder, 'README.md'));
  const { name, version, description, license, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entry = { types: './index.d.ts', default: './index.js' };
  // Bundlers that do not read `exports` (React Native's, until recently) read `main`.
  const entries = { main: entry.default, types: entry.types, exports: { '.': entry }, sideEffects: false };
  const manifest = { name, version, description, license, type, ...entries };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (import.meta.main) buildPackage(process.argv[2] ?? join(root, 'dist'));
