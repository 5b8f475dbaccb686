import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { npmIn } from './run-in.ts';

/** The part of a CycloneDX document that we set or count. */
export type Bom = {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: string;
  readonly metadata: {
    readonly component: { readonly name: string; readonly version: string; readonly description?: string };
  };
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
};

type Manifest = { name: string; version: string; dependencies?: Record<string, string>; devDependencies?: object };

/**
 * The software bill of materials of one image: the npm packages that its Dockerfile installs, with
 * version, hash and licence, as CycloneDX. npm makes it from the lockfile alone, in a copy that has
 * the same files as the image: in the whole workspace, npm would list what only tests need.
 * @param folder of the service: `services/gateway`
 */
export function sbomOf(root: string, folder: string): Bom {
  const scratch = mkdtempSync(join(tmpdir(), 'punctual-sbom-'));
  try {
    for (const name of ['package-lock.json', '.npmrc']) cpSync(join(root, name), join(scratch, name));
    for (const part of ['.', ...workspacesOf(root, folder)]) copyManifest(root, scratch, part);
    npmIn(scratch, ['install', '--package-lock-only', '--ignore-scripts', '--offline']);
    const made = npmIn(scratch, [
      'sbom',
      '--package-lock-only',
      '--sbom-format=cyclonedx',
      '--omit=dev',
      '--omit=optional',
    ]);
    return withSubject(JSON.parse(made), readManifest(root, folder));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The workspaces that a part needs at run time, itself included. */
export function workspacesOf(root: string, folder: string): string[] {
  const needed = Object.keys(readManifest(root, folder).dependencies ?? {})
    .filter((name) => name.startsWith('@punctual/'))
    .flatMap((name) => workspacesOf(root, name.replace('@punctual', 'packages')));
  return [...new Set([...needed, folder])];
}

function copyManifest(root: string, scratch: string, part: string): void {
  const { devDependencies: _, ...manifest } = readManifest(root, part);
  mkdirSync(join(scratch, part), { recursive: true });
  writeFileSync(join(scratch, part, 'package.json'), JSON.stringify(manifest));
}

/** npm describes the root of the workspace; the document is about the service. */
function withSubject(bom: Bom, { name, version }: Manifest): Bom {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const { description: _, ...root } = bom.metadata.component;
  const component = { ...root, type: 'application', name: basename(name), group: dirname(name), version, purl };
  return { ...bom, metadata: { ...bom.metadata, component } };
}

const readManifest = (root: string, part: string): Manifest =>
  JSON.parse(readFileSync(join(root, part, 'package.json'), 'utf8'));
