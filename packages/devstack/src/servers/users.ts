import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type User = { uid: number; gid: number };

export const isRoot = process.getuid?.() === 0;

/**
 * The user that PostgreSQL runs as. It refuses to run as root, so root starts it as `nobody`.
 */
export async function postgresUser(): Promise<User | undefined> {
  return isRoot ? nobody() : undefined;
}

export async function nobody(): Promise<User> {
  const id = async (option: string) => Number((await promisify(execFile)('id', [option, 'nobody'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
