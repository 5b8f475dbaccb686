import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ServiceName, serviceNames } from '@punctual/devstack';
import { z } from 'zod';

/** A released version of one service, or of all. */
export type Release = z.infer<typeof Release>;

const Release = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  /** Left out: all services had this version. */
  service: z.enum(serviceNames).optional(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** ISO 8601, a day. */
  date: z.iso.date(),
});

export const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** The releases of `releases.json`, oldest first. */
export async function readReleases(): Promise<Release[]> {
  const text = await readFile(new URL('../../releases.json', import.meta.url), 'utf8');
  return z.strictObject({ releases: z.array(Release) }).parse(JSON.parse(text)).releases;
}

/** The releases of a service, newest first. */
export function releasesOf(service: ServiceName, releases: readonly Release[]): Release[] {
  return releases.filter((release) => (release.service ?? service) === service).toReversed();
}

/** The commit of a release is not in this clone; the message says how to get it. */
export class MissingRelease extends Error {}

/**
 * Finds the commit of a release in a clone, or the one that its tag names.
 * @throws MissingRelease
 */
export async function findCommit({ version, service, commit }: Release, clone = root): Promise<string> {
  const tag = service ? `@punctual/${service}@${version}` : `v${version}`;
  for (const name of [commit, `refs/tags/${tag}`]) {
    const found = await git(clone, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
    if (found) return found;
  }
  const isShallow = (await git(clone, 'rev-parse', '--is-shallow-repository')) === 'true';
  throw new MissingRelease(
    `Release ${version} (commit ${commit.slice(0, 8)}) is not in this ${isShallow ? 'shallow ' : ''}clone. ` +
      `Get it with: git fetch ${isShallow ? '--unshallow ' : ''}--tags origin`,
  );
}

/**
 * The commit that is checked out, with `+changes` when files differ from it, besides the record that
 * each run changes.
 */
export async function describeWorkTree(): Promise<string> {
  const commit = (await git(root, 'rev-parse', 'HEAD')) ?? 'unknown';
  const paths = [':/', ':(top,exclude)e2e/versions/tested-pairs.json'];
  const changes = await git(root, 'status', '--porcelain', '--untracked-files=no', '--', ...paths);
  return changes ? `${commit}+changes` : commit;
}

/** Returns what git prints; undefined when it fails or there is no repository. */
async function git(clone: string, ...args: string[]): Promise<string | undefined> {
  return run('git', args, { cwd: clone }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}
