import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { withLock } from './file-lock.ts';
import { makeOpenFolder } from './open-folder.ts';
import { isRoot } from './users.ts';

/** The folder of everything built or downloaded, with one folder per item and version. */
export type Cache = {
  readonly folder: string;
  has(key: string): Promise<boolean>;
  /**
   * The folder of a thing, made by `build` when it is not there yet: whole or not at all, and once
   * however many ask for it.
   */
  folderOf(key: string, build: (folder: string) => Promise<void>): Promise<string>;
};

/** Root's home is closed to the user that root's servers run as. */
const rootsCache = '/var/cache/punctual';

/**
 * Opens `PUNCTUAL_CACHE`, else `~/.cache/punctual`; for root a folder that the servers' user can
 * enter.
 */
export async function openCache(options: {
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
}): Promise<Cache> {
  const wanted = resolve(options.env.PUNCTUAL_CACHE || join(homedir(), '.cache', 'punctual'));
  await mkdir(wanted, { recursive: true });
  let folder = wanted;
  if (isRoot && !(await opened(wanted))) {
    folder = rootsCache;
    await makeOpenFolder(folder);
    if (options.env.PUNCTUAL_CACHE) {
      options.log(
        `The user nobody, who runs root's PostgreSQL, cannot read PUNCTUAL_CACHE (${wanted}). Using ${folder}.`,
      );
    }
  }
  return {
    folder,
    has: (key) => exists(join(folder, key)),
    folderOf: async (key, build) => {
      const path = join(folder, key);
      if (await exists(path)) return path;
      await withLock(`${path}.lock`, async () => (await exists(path)) || buildWhole(path, build), options.signal);
      return path;
    },
  };
}

async function buildWhole(path: string, build: (folder: string) => Promise<void>): Promise<void> {
  const draft = `${path}.building`;
  // Left by a killed start; the lock shows that no other start uses it.
  await rm(draft, { recursive: true, force: true });
  await makeOpenFolder(draft);
  try {
    await build(draft);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Whether other users can enter a folder, which is opened for that, and all above it, which are
 * left as they are.
 */
async function opened(folder: string): Promise<boolean> {
  await chmod(folder, (await stat(folder)).mode | 0o011);
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    if (((await stat(above)).mode & 0o001) === 0) return false;
  }
  return true;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
