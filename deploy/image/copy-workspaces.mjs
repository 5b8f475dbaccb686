/**
 * `node copy-workspaces.mjs SERVICE TARGET` copies what the image of a service is built from: to
 * TARGET/manifests the files that decide which packages npm installs, and to TARGET/sources the
 * service and the workspaces that it depends on.
 */
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [service, target = ''] = process.argv.slice(2);
const root = fileURLToPath(new URL('../../', import.meta.url));

const folders = new Map(
  globSync('{ops,packages/*,services/*}/package.json', { cwd: root }).map((path) => [
    readManifest(path).name,
    dirname(path),
  ]),
);
const needed = new Set();
need(`@punctual/${service}`);

for (const name of ['package-lock.json', '.npmrc']) cpSync(join(root, name), join(target, 'manifests', name));
for (const folder of ['', ...needed]) writeManifest(join(folder, 'package.json'));
for (const folder of needed) cpSync(join(root, folder), join(target, 'sources', folder), { recursive: true });

/** @param {string} name of a workspace */
function need(name) {
  const folder = folders.get(name);
  if (folder === undefined) throw new Error(`There is no workspace ${name}: ${[...folders.keys()].join(' ')}`);
  if (needed.has(folder)) return;
  needed.add(folder);
  const { dependencies = {} } = readManifest(join(folder, 'package.json'));
  for (const dependency of Object.keys(dependencies)) if (folders.has(dependency)) need(dependency);
}

/**
 * Without devDependencies: they include workspaces that are not copied.
 * @param {string} path
 */
function writeManifest(path) {
  const { devDependencies: _, ...manifest } = readManifest(path);
  mkdirSync(join(target, 'manifests', dirname(path)), { recursive: true });
  writeFileSync(join(target, 'manifests', path), JSON.stringify(manifest, undefined, 2));
}

/** @param {string} path */
function readManifest(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
