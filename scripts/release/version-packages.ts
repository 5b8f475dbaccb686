import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Release, releasesIn } from './releases.ts';
import { nodeIn, npmIn } from './run-in.ts';

export type VersionChange = { readonly name: string; readonly from: string; readonly to: string };

/**
 * Applies the changesets to a checkout: raises versions, writes changelogs, and takes the new
 * versions over into the lockfile. Freezes the schemas when the contracts have a new version. Needs
 * no network.
 * @returns what was raised
 */
export function versionPackages(root: string): VersionChange[] {
  // `changeset version` fails when there is nothing to do.
  const changesets = readdirSync(join(root, '.changeset')).filter((file) => /(?<!^README)\.md$/.test(file));
  if (changesets.length === 0) return [];
  const before = releasesIn(root);
  nodeIn(root, [join(root, 'node_modules/@changesets/cli/bin.js'), 'version']);
  const changes = changesBetween(before, releasesIn(root));
  npmIn(root, ['install', '--package-lock-only', '--ignore-scripts', '--offline']);
  if (changes.some(({ name }) => name === '@punctual/contracts')) {
    nodeIn(join(root, 'packages/contracts'), ['src/build/release-schemas.ts']);
    // catalog-info.yaml names the frozen API document.
    nodeIn(root, ['e2e/docs/write.ts']);
  }
  return changes;
}

function changesBetween(before: readonly Release[], after: readonly Release[]): VersionChange[] {
  const versions = new Map(before.map(({ name, version }) => [name, version]));
  return after.flatMap(({ name, version: to }) => {
    const from = versions.get(name) ?? 'none';
    return from === to ? [] : [{ name, from, to }];
  });
}
