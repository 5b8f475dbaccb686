import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Server } from '@punctual/devstack';

const run = promisify(execFile);
const megabyte = 1024 * 1024;
/** What the server may still write before somebody fills its disk. */
const roomMegabytes = 256;

export type SmallDisk = {
  /** Takes all of its free space. */
  fill(): Promise<void>;
  /** Gives it back. */
  empty(): Promise<void>;
};

/**
 * Moves the data of a server to a small disk in memory while `act` runs, and back. The server stops
 * for both. The process must be in a separate mount namespace ([enter](./mount-namespace.ts)), so
 * that nothing stays mounted when it dies.
 */
export async function onSmallDisk(server: Server, act: (disk: SmallDisk) => Promise<void>): Promise<void> {
  const { folder } = server;
  if (!folder) throw new Error('Only a server that is a process of ours can move to a small disk');
  const disk = `${folder}-small`;
  const filler = join(disk, 'filler');
  await server.halt();
  await mkdir(disk);
  const { stdout: used } = await run('du', ['--summarize', '--block-size=1M', folder]);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${Number.parseInt(used, 10) + roomMegabytes}m`, 'none', disk]);
  await run('cp', ['--archive', `${folder}/.`, disk]);
  await run('mount', ['--bind', disk, folder]);
  await server.resume();
  try {
    await act({ fill: () => fill(filler), empty: () => rm(filler) });
  } finally {
    await rm(filler, { force: true });
    await server.halt();
    await run('umount', [folder]);
    await run('find', [folder, '-mindepth', '1', '-delete']);
    await run('cp', ['--archive', `${disk}/.`, folder]);
    await run('umount', [disk]);
    await rm(disk, { recursive: true });
    await server.resume();
  }
}

/** Writes until nothing more fits, in ever smaller pieces. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (let size = megabyte; size >= 4096; size /= 4) {
      const piece = Buffer.alloc(size);
      while (await fits(file.write(piece))) {}
    }
  } finally {
    await file.close();
  }
}

async function fits(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
