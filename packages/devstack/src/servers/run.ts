import { randomUUID } from 'node:crypto';
import { appendFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock, withLock } from './file-lock.ts';
import { makeOpenFolder } from './open-folder.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/**
 * One start of servers: a folder for their data, and a record of what has to go when this process
 * died without a word.
 */
export type Run = {
  readonly id: string;
  readonly folder: string;
  recordProcess(pid: number): Promise<void>;
  /** Of data that cannot lie in the run's own folder. */
  recordFolder(path: string): Promise<void>;
  /** Removes the folders. Everything that used them must have ended. */
  close(): Promise<void>;
};

type RecordLine = { process: ProcessIdentity } | { folder: string };

/**
 * Opens a run in the cache folder, after what dead runs have left there is gone: their processes,
 * then their folders. A run is dead when nobody holds its lock; the lock of all runs keeps a run
 * from being swept before it holds its own.
 */
export async function openRun(cacheFolder: string): Promise<Run> {
  const runs = join(cacheFolder, 'runs');
  await makeOpenFolder(runs);
  return withLock(join(runs, 'lock'), async () => {
    await sweepDeadRuns(runs);
    return createRun(runs);
  });
}

async function createRun(runs: string): Promise<Run> {
  const id = randomUUID();
  const folder = join(runs, id);
  await makeOpenFolder(folder);
  const lock = tryLock(join(folder, 'lock'));
  const record = (line: RecordLine) => appendFile(join(folder, 'record'), `${JSON.stringify(line)}\n`);
  return {
    id,
    folder,
    recordProcess: async (pid) => {
      const process = await identify(pid);
      if (process) await record({ process });
    },
    recordFolder: (path) => record({ folder: path }),
    close: async () => {
      await removeFolders(folder, await readRecord(folder));
      lock?.release();
    },
  };
}

async function sweepDeadRuns(runs: string): Promise<void> {
  const folders = await readdir(runs, { withFileTypes: true });
  await Promise.all(folders.filter((entry) => entry.isDirectory()).map((entry) => sweep(join(runs, entry.name))));
}

async function sweep(folder: string): Promise<void> {
  const lock = tryLock(join(folder, 'lock'));
  if (!lock) return;
  const record = await readRecord(folder);
  await Promise.all(record.map((line) => 'process' in line && end(line.process)));
  await removeFolders(folder, record);
  lock.release();
}

/**
 * The watchdog signalled the process when its parent died. Waits a moment for that before it kills.
 */
async function end(process: ProcessIdentity): Promise<void> {
  for (let tries = 0; await isAlive(process); tries += 1) {
    if (tries === 20) kill(process.pid);
    await delay(50);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

async function removeFolders(folder: string, record: RecordLine[]): Promise<void> {
  const others = record.flatMap((line) => ('folder' in line ? [line.folder] : []));
  await Promise.all([...others, folder].map((path) => rm(path, { recursive: true, force: true, maxRetries: 3 })));
}

/** A line that was cut off by the death of its writer is left out. */
async function readRecord(folder: string): Promise<RecordLine[]> {
  const text = await readFile(join(folder, 'record'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
