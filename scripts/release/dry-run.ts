import { join } from 'node:path';
import { rehearse } from './rehearse.ts';
import { type Release, untagged } from './releases.ts';
import { nodeIn, npmIn, runIn } from './run-in.ts';
import { sbomOf } from './sbom.ts';
import { type VersionChange, versionPackages } from './version-packages.ts';

/**
 * Releases in a scratch clone and says what would happen: versions, images, packages and tags. It
 * really applies the changesets, builds the packages and makes the bills of materials; it does not
 * build images, publish or push. The checkout stays as it is.
 */
export function dryRun(root: string): string {
  const isDirty = runIn(root, 'git', ['status', '--porcelain']) !== '';
  const lines = rehearse(root, (clone) => {
    const changes = versionPackages(clone);
    const releases = untagged(clone);
    if (releases.length === 0) return ['Nothing to release: no changeset, and every version has its tag.'];
    return [
      ...section('Versions', changes.map(versionLine)),
      ...section(
        'Images',
        releases.flatMap((release) => imageLine(clone, release)),
      ),
      ...section(
        'Packages',
        releases.filter(({ isPublished }) => isPublished).map((release) => packageLine(clone, release)),
      ),
      ...section('Tags and notes', releases.map(notesOf)),
    ];
  });
  if (isDirty) lines.push('Uncommitted changes are not part of this.');
  return [...lines, 'Dry run: nothing was changed, published or tagged.'].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] => [
  title,
  ...(lines.length ? lines : ['  none']),
  '',
];

const versionLine = ({ name, from, to }: VersionChange): string => `  ${name.padEnd(24)} ${from} → ${to}`;

function imageLine(clone: string, { image, version, folder }: Release): string[] {
  if (!image) return [];
  const { length } = sbomOf(clone, folder).components;
  return [`  ${`${image.name}:${version}`.padEnd(24)} target ${image.target}, SBOM of ${length} packages, provenance`];
}

function packageLine(clone: string, { name, version, folder }: Release): string {
  nodeIn(join(clone, folder), ['src/build/build-package.ts']);
  const [{ entryCount, size }] = JSON.parse(npmIn(join(clone, folder, 'dist'), ['pack', '--dry-run', '--json']));
  return `  ${`${name}@${version}`.padEnd(32)} ${entryCount} files, ${Math.ceil(size / 1000)} kB, with provenance`;
}

const notesOf = ({ tag, notes }: Release): string =>
  [
    `  ${tag}`,
    ...notes
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `      ${line}`),
  ].join('\n');
