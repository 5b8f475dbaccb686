import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCache } from '../src/servers/cache.ts';
import { identify } from '../src/servers/process-identity.ts';
import { openRun } from '../src/servers/run.ts';

/**
 * A cache folder that shares the machine's downloads but has separate runs, so that a test sees
 * only its own.
 */
export type PrivateCache = {
  readonly env: NodeJS.ProcessEnv;
  readonly runs: string;
  /** The folders of its runs. */
  runFolders(): Promise<string[]>;
  /** The pids that a run has recorded, and are alive. */
  livingProcesses(): Promise<number[]>;
  remove(): Promise<void>;
};

export async function privateCache(): Promise<PrivateCache> {
  const shared = await openCache({ env: process.env, log: () => undefined });
  const folder = await mkdtemp(join(tmpdir(), 'punctual-cache-'));
  for (const entry of await readdir(shared.folder, { withFileTypes: true })) {
    const isBuilt = entry.isDirectory() && entry.name !== 'runs' && !entry.name.endsWith('.building');
    if (isBuilt) await symlink(join(shared.folder, entry.name), join(folder, entry.name));
  }
  const runs = join(folder, 'runs');
  const pids = new Set<number>();
  const runFolders = async () => {
    const entries = await readdir(runs, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(runs, entry.name));
  };
  return {
    env: { ...process.env, PUNCTUAL_CACHE: folder, PUNCTUAL_SERVERS: 'local' },
    runs,
    runFolders,
    livingProcesses: async () => {
      for (const run of await runFolders()) {
        const record = await readFile(join(run, 'record'), 'utf8');
        for (const [, pid] of record.matchAll(/"pid":(\d+)/g)) pids.add(Number(pid));
      }
      const identities = await Promise.all([...pids].map((pid) => identify(pid)));
      return identities.flatMap((identity) => (identity ? [identity.pid] : []));
    },
    remove: async () => {
      // Sweeps what a failed test has left.
      const run = await openRun(folder);
      await run.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
