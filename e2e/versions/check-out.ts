import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openCache, serviceNames } from '@punctual/devstack';
import type { CreateClient } from '../under-load/guided-visit.ts';
import type { Code } from '../under-load/mixed-stack.ts';
import { findCommit, type Release } from './releases.ts';

/** The code of a release, with its packages installed from its own lockfile. */
export type CheckedOut = Code & {
  readonly commit: string;
  /** The app's client as this release published it. */
  readonly createClient: CreateClient;
};

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Unpacks a release into the cache and installs its services, once for each commit.
 * @throws MissingRelease
 */
export async function checkOut(release: Release, log: (line: string) => void): Promise<CheckedOut> {
  const commit = await findCommit(release);
  const cache = await openCache({ env: process.env, log });
  const folder = await cache.folderOf(`release-${commit}`, async (draft) => {
    log(`Release ${release.version}: installing its packages, once (about a minute)`);
    await unpack(commit, draft);
    await install(draft);
  });
  const client = pathToFileURL(join(folder, 'packages/client/src/index.ts'));
  const { createClient }: { createClient: CreateClient } = await import(client.href);
  const { version } = release;
  return { version, commit, createClient, serviceFolder: (name) => join(folder, 'services', name) };
}

async function unpack(commit: string, folder: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'punctual-release-'));
  try {
    const archive = join(scratch, 'release.tar');
    await run('git', ['archive', '--format=tar', `--output=${archive}`, commit], root);
    await run('tar', ['-xf', archive], folder);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Only what the services need at run time: neither Node, which runs this, nor any development tool. */
async function install(folder: string): Promise<void> {
  const workspaces = serviceNames.flatMap((name) => ['--workspace', `services/${name}`]);
  const omitted = ['--omit=dev', '--omit=optional', '--ignore-scripts'];
  await run('npm', ['ci', ...omitted, ...workspaces, '--workspace', 'packages/client', '--loglevel=error'], folder);
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (code !== 0)
    throw new Error(`${command} ${args[0]} failed in ${cwd}: ${errors.trim().split('\n').slice(-5).join('\n')}`);
}
