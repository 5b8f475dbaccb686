import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dryRun } from './dry-run.ts';
import { releasesIn, untagged } from './releases.ts';
import { runIn } from './run-in.ts';
import { sbomOf } from './sbom.ts';
import { versionPackages } from './version-packages.ts';

const usage = `Usage:
  npm run release                        raise versions and write changelogs from .changeset/
  npm run release -- --dry-run           show what would be versioned, built, published and tagged
  npm run -s release -- --plan           print what has no tag yet, as JSON
  npm run -s release -- --sbom gateway   print the SBOM of an image, as CycloneDX`;

const root = fileURLToPath(new URL('../..', import.meta.url));

try {
  console.log(answer(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function answer(args: string[]): string {
  const { 'dry-run': isDry, plan, sbom } = optionsOf(args);
  if ([isDry, plan, sbom !== undefined].filter(Boolean).length > 1) throw new Error(usage);
  if (isDry) return dryRun(root);
  if (plan) return JSON.stringify(untagged(root));
  return sbom === undefined ? raiseVersions() : sbomText(sbom);
}

function optionsOf(args: string[]) {
  const options = { 'dry-run': { type: 'boolean' }, plan: { type: 'boolean' }, sbom: { type: 'string' } } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (cause) {
    throw new Error(usage, { cause });
  }
}

function raiseVersions(): string {
  if (runIn(root, 'git', ['status', '--porcelain']) !== '') throw new Error('Commit or stash your changes first.');
  const changes = versionPackages(root);
  if (changes.length === 0) return 'Nothing to release: .changeset/ has no changesets.';
  const lines = changes.map(({ name, from, to }) => `${name} ${from} → ${to}`);
  return [...lines, 'Review and commit. After the merge, the workflow "release" builds, publishes and tags.'].join(
    '\n',
  );
}

function sbomText(service: string): string {
  const images = releasesIn(root).filter(({ image }) => image);
  const found = images.find(({ image }) => image?.name === service);
  if (found) return JSON.stringify(sbomOf(root, found.folder), null, 2);
  throw new Error(`No image is called ${service}. Images: ${images.map(({ image }) => image?.name).join(' ')}`);
}
