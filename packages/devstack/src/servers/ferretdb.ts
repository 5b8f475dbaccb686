import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCommand } from './commands.ts';
import { startDocumentdb } from './documentdb.ts';
import { buildWithGo } from './go.ts';
import { startLocalServer } from './local-server.ts';
import { type Host, type Server, Unavailable } from './source.ts';
import { isRoot } from './users.ts';

/** As in `ferretdb/go.mod`. */
const version = '2.7.0';
const cacheKey = `ferretdb-${version}`;
const goModule = fileURLToPath(new URL('../../ferretdb', import.meta.url));

export type Ferretdb = Server & {
  /** A superuser's, of the PostgreSQL that keeps the data. */
  readonly postgresUrl: string;
};

/**
 * MongoDB's protocol where no MongoDB can be had: FerretDB, built with Go, on a PostgreSQL with the
 * DocumentDB extension.
 * @throws Unavailable when the machine cannot build one of the two
 */
export async function startFerretdb(host: Host, ask: (url: string) => Promise<unknown>): Promise<Ferretdb> {
  if (!isRoot) throw new Unavailable('FerretDB needs root to run in a Debian folder');
  const program = await build(host);
  const documentdb = await startDocumentdb(host);
  try {
    const ferretdb = await start(host, program, documentdb.url, ask);
    const stop = async () => {
      await ferretdb.stop();
      await documentdb.stop();
    };
    const resume = async () => {
      await documentdb.resume();
      await ferretdb.resume();
    };
    const { url: postgresUrl, folder } = documentdb;
    return {
      url: ferretdb.url,
      postgresUrl,
      ...(folder && { folder }),
      halt: stop,
      resume,
      signal: ferretdb.signal,
      stop,
    };
  } catch (error) {
    await documentdb.stop();
    throw error;
  }
}

/** Whether it was what this machine came to before. */
export function isFerretdbBuilt(host: Host): Promise<boolean> {
  return host.cache.has(cacheKey);
}

async function build(host: Host): Promise<string> {
  const folder = await host.cache.folderOf(cacheKey, async (draft) => {
    const go = await findCommand(host.env, 'go');
    if (!go) throw new Unavailable('building FerretDB needs Go on the PATH');
    host.log(`MongoDB: building FerretDB ${version} with Go, once (half a minute)`);
    const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', join(draft, 'ferretdb'), '.'];
    await buildWithGo(host, { name: 'ferretdb', go, args, cwd: goModule });
  });
  return join(folder, 'ferretdb');
}

async function start(
  host: Host,
  command: string,
  postgresUrl: string,
  ask: (url: string) => Promise<unknown>,
): Promise<Server> {
  const state = join(host.run.folder, 'ferretdb');
  await mkdir(state);
  return startLocalServer(host, {
    name: 'ferretdb',
    stopSignal: 'TERM',
    command: (port) => [
      command,
      `--postgresql-url=${postgresUrl}`,
      `--listen-addr=127.0.0.1:${port}`,
      `--state-dir=${state}`,
    ],
    url: (port) => `mongodb://127.0.0.1:${port}/`,
    ask,
  });
}
