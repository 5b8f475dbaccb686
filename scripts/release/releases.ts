import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runIn } from './run-in.ts';

/** A service, package or command in one version. */
export type Release = {
  /** `@punctual/gateway` */
  readonly name: string;
  readonly version: string;
  /** Its path from the root. */
  readonly folder: string;
  /** `@punctual/gateway@1.2.0` */
  readonly tag: string;
  /** What its image is called, and its target in deploy/Dockerfile; absent for packages. */
  readonly image?: { readonly name: string; readonly target: 'service' | 'ops' };
  /** Whether it goes to the package registry. */
  readonly isPublished: boolean;
  /** Its section of its changelog. */
  readonly notes: string;
};

/** Everything that has versions, as it is in a checkout, by name. */
export function releasesIn(root: string): Release[] {
  const { ignore } = readJson(join(root, '.changeset/config.json'));
  return globSync(['packages/*/package.json', 'services/*/package.json', 'ops/package.json'], { cwd: root })
    .map((path) => ({ folder: dirname(path), manifest: readJson(join(root, path)) }))
    .filter(({ manifest }) => !ignore.includes(manifest.name))
    .map(({ folder, manifest: { name, version, private: isPrivate = false } }) => ({
      name,
      version,
      folder,
      tag: `${name}@${version}`,
      ...imageOf(folder),
      isPublished: !isPrivate,
      notes: notesOf(join(root, folder, 'CHANGELOG.md'), version),
    }))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** The releases without a tag: neither their own, nor `v1.1.0`, when all parts were released together. */
export function untagged(root: string): Release[] {
  const tags = new Set(runIn(root, 'git', ['tag', '--list']).split('\n'));
  return releasesIn(root).filter(({ tag, version }) => !tags.has(tag) && !tags.has(`v${version}`));
}

function imageOf(folder: string): Pick<Release, 'image'> {
  if (folder === 'ops') return { image: { name: 'ops', target: 'ops' } };
  if (!folder.startsWith('services/')) return {};
  return { image: { name: folder.replace('services/', ''), target: 'service' } };
}

function notesOf(changelog: string, version: string): string {
  if (!existsSync(changelog)) return '';
  const sections = readFileSync(changelog, 'utf8').split(/^## /m);
  const own = sections.find((section) => section.startsWith(`${version}\n`)) ?? '';
  return own.replace(version, '').trim();
}

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
