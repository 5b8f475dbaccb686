import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findCommand } from './commands.ts';
import { buildWithGo } from './go.ts';
import { type Host, Unavailable } from './source.ts';

/**
 * Builds the Go program of a folder, once for each state of its files.
 * @returns the path of the program
 * @throws Unavailable without Go
 */
export async function goProgram(host: Host, folder: string): Promise<string> {
  const name = basename(folder);
  const built = await host.cache.folderOf(`${name}-${await digestOf(folder)}`, async (draft) => {
    const go = await findCommand(host.env, 'go');
    if (!go) throw new Unavailable(`building ${name} needs Go on the PATH`);
    host.log(`${name}: building it with Go, once`);
    const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', join(draft, name), '.'];
    await buildWithGo(host, { name, go, args, cwd: folder });
  });
  return join(built, name);
}

/** Of the names and contents of its files. */
async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(folder)).toSorted()) hash.update(`${file}\n${await readFile(join(folder, file))}`);
  return hash.digest('hex').slice(0, 12);
}
