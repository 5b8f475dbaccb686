import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './commands.ts';
import { makeDebianFolder } from './debian-folder.ts';
import { startLocalServer } from './local-server.ts';
import { makeOpenFolder } from './open-folder.ts';
import { askPostgres, postgresSettings } from './postgres.ts';
import { copyFolder, emptyCluster, initdbOptions } from './postgres-cluster.ts';
import type { Host, Server } from './source.ts';
import { nobody, type User } from './users.ts';

const major = 18;
const programs = `/usr/lib/postgresql/${major}/bin`;
const extensionSettings = [
  ...['-c', 'shared_preload_libraries=pg_cron,pg_documentdb_core,pg_documentdb'],
  ...['-c', 'cron.database_name=postgres'],
  ...['-c', 'cron.log_statement=off'],
  // Its job that removes expired documents would connect to the port that the cluster was made on.
  ...['-c', 'cron.use_background_workers=on'],
];

/**
 * PostgreSQL with the DocumentDB extension, whose packages only Debian has: it runs inside a folder
 * with a small Debian. Nothing is mounted into that folder, so that it can be removed like any
 * other. For root, who alone may change the root folder. @throws Unavailable when this machine
 * cannot make such a folder
 */
export async function startDocumentdb(host: Host): Promise<Server> {
  const user = await nobody();
  const root = await host.cache.folderOf(`documentdb-${major}`, async (draft) => {
    await makeDebianFolder(host, draft, [`postgresql-${major}-documentdb`]);
    await makeCluster(host, draft, user);
  });
  // The server sees nothing outside its root, so its data lie there, too.
  const data = `/srv/${host.run.id}`;
  await host.run.recordFolder(join(root, data));
  await copyFolder(host, join(root, '/srv/cluster/data'), join(root, data));
  const password = await readFile(join(root, '/srv/cluster/password'), 'utf8');
  const settings = [...extensionSettings, ...postgresSettings(host)];
  const server = await startLocalServer(host, {
    name: 'documentdb',
    stopSignal: 'INT',
    // The extension connects to its own server, for example to create an index, and has no
    // password.
    env: { ...process.env, PGPASSWORD: password },
    command: (port) => inside(root, user, [`${programs}/postgres`, '-D', data, '-p', String(port), ...settings]),
    url: (port) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    ask: askPostgres,
  });
  return { ...server, folder: join(root, data) };
}

/** The extension is made in single-user mode, which needs no port. */
async function makeCluster(host: Host, root: string, user: User): Promise<void> {
  const runInside = (command: string[]) =>
    run({
      command: inside(root, user, command),
      logFile: join(host.run.folder, 'documentdb-initdb.log'),
      signal: host.signal,
    });
  await makeOpenFolder(join(root, '/srv/cluster'));
  await emptyCluster(join(root, '/srv/cluster'), user);
  await runInside([`${programs}/initdb`, ...initdbOptions('/srv/cluster/data', '/srv/cluster/password')]);
  const statement = 'echo "create extension documentdb cascade" | "$@"';
  const singleUser = [`${programs}/postgres`, '--single', '-D', '/srv/cluster/data', '-c', 'exit_on_error=on'];
  await runInside(['sh', '-c', statement, 'sh', ...singleUser, ...extensionSettings, 'postgres']);
}

function inside(root: string, { uid, gid }: User, command: string[]): string[] {
  return ['chroot', `--userspec=${uid}:${gid}`, '--groups=', root, ...command];
}
