import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackage } from './build-package.ts';
import { measureSize } from './measure-size.ts';
import { writeTutorial } from './write-tutorial.ts';

let folder: string;
let files: string[];
const npm = (...args: string[]) => execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

/** An empty project with the packed package as its only dependency. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'punctual-client-'));
  buildPackage(join(folder, 'built'));
  const [packed] = JSON.parse(npm('pack', './built', '--json'));
  files = packed.files.map(({ path }: { path: string }) => path);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  npm('install', '--offline', '--no-audit', '--no-fund', `./${packed.filename}`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the package contains code, types, README and licence, and nothing else', () => {
  expect(files).toEqual(expect.arrayContaining(['package.json', 'index.js', 'index.d.ts', 'README.md', 'LICENSE']));
  const others = files.filter((file) => !/\.(js|d\.ts)$/.test(file)).sort();
  expect(others).toEqual(['LICENSE', 'README.md', 'package.json']);
  expect(files.filter((file) => /test|build/.test(file))).toEqual([]);
  expect(JSON.parse(npm('ls', '--all', '--json')).dependencies['@punctual/client']).not.toHaveProperty('dependencies');
});

test('it is loaded by Node', () => {
  const code = `import { createClient } from '@punctual/client'; console.log(typeof createClient({ url: 'http://x' }).getJob)`;
  const node = ['--input-type=module', '--eval', code];
  expect(execFileSync(process.execPath, node, { cwd: folder, encoding: 'utf8' }).trim()).toBe('function');
});

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('the README compiles in an empty project with --module %s', (module, moduleResolution) => {
  const project = join(folder, module);
  writeTutorial(project);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module,
    moduleResolution,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.asynciterable'],
    types: [],
    allowImportingTsExtensions: true,
  };
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = join(import.meta.dirname, '../../../../node_modules/typescript/bin/tsc');
  const run = () => execFileSync(process.execPath, [tsc, '--project', project], { encoding: 'utf8', stdio: 'pipe' });
  try {
    run();
  } catch (error) {
    expect((error as { stdout: string }).stdout).toBe('');
  }
});

test('the whole client is at most 12 kB, minified and gzipped', async () => {
  expect(await measureSize()).toBeLessThanOrEqual(12_000);
});
