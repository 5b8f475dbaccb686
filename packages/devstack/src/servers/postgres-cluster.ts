import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './commands.ts';
import type { Host } from './source.ts';
import type { User } from './users.ts';

/** Programs of one PostgreSQL. */
export type PostgresPrograms = { version: string; postgres: string; initdb: string };

/**
 * The same text order on every machine. A password, since a superuser may run programs, and other
 * users of the machine reach 127.0.0.1 as well.
 */
export function initdbOptions(data: string, passwordFile: string): string[] {
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--username=postgres', '--auth=password', `--pwfile=${passwordFile}`];
  return [`--pgdata=${data}`, '--no-sync', ...locale, ...access];
}

/**
 * A fresh cluster for this run: a copy of one that was initialised once, which takes a tenth of the
 * time.
 */
export async function copyCluster(
  host: Host,
  { version, initdb }: PostgresPrograms,
  user: User | undefined,
  name = 'postgres',
): Promise<{ data: string; password: string }> {
  const kept = await host.cache.folderOf(`postgres-cluster-${version}`, async (draft) => {
    const { data, passwordFile } = await emptyCluster(draft, user);
    await run({
      command: [initdb, ...initdbOptions(data, passwordFile)],
      logFile: join(host.run.folder, 'initdb.log'),
      signal: host.signal,
      ...(user && { user }),
    });
  });
  const data = join(host.run.folder, name);
  await copyFolder(host, join(kept, 'data'), data);
  return { data, password: await readFile(join(kept, 'password'), 'utf8') };
}

/**
 * What `initdb` finds: a folder for its data and a file with a new password, both the user's own.
 */
export async function emptyCluster(
  folder: string,
  user: User | undefined,
): Promise<{ data: string; passwordFile: string }> {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(16).toString('hex'), { mode: 0o600 });
  if (user) for (const path of [data, passwordFile]) await chown(path, user.uid, user.gid);
  return { data, passwordFile };
}

/** By `cp`, which keeps the owner. */
export async function copyFolder(host: Host, from: string, to: string): Promise<void> {
  const logFile = join(host.run.folder, 'copy.log');
  await run({ command: ['cp', '-Rp', from, to], logFile, signal: host.signal });
}
