import { chmod, mkdir } from 'node:fs/promises';
import { isRoot } from './users.ts';

/**
 * Makes a folder that root's servers, which run as somebody else, can enter whatever the umask
 * says.
 */
export async function makeOpenFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  if (isRoot) await chmod(path, 0o755);
}
