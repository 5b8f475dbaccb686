import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCommand, run } from './commands.ts';
import { startDocumentdb } from './documentdb.ts';
import { startLocalServer } from './local-server.ts';
import { type Host, type Server, Unavailable } from './source.ts';

/** As in `ferretdb/go.mod`. */
const version = '2.7.0';
const goModule = fileURLToPath(new URL('../../ferretdb', import.meta.url));

/**
 * MongoDB's protocol where no MongoDB can be had: FerretDB, built with Go, on a PostgreSQL with the DocumentDB extension.
 * @throws Unavailable when the machine cannot build one of the two
 */
export async function startFerretdb(host: Host, ask: (url: string) => Promise<unknown>): Promise<Server> {
  const go = await findCommand(host.env, 'go');
  if (!go) throw new Unavailable('no Go to build FerretDB with');
  const documentdb = await startDocumentdb(host);
  try {
    const ferretdb = await start(host, await build(host, go), documentdb.url, ask);
    return {
      url: ferretdb.url,
      halt: async () => {
        await ferretdb.halt();
        await documentdb.halt();
      },
      resume: async () => {
        await documentdb.resume();
        await ferretdb.resume();
      },
      stop: async () => {
        await ferretdb.stop();
        await documentdb.stop();
      },
    };
  } catch (error) {
    await documentdb.stop();
    throw error;
  }
}

async function build(host: Host, go: string): Promise<string> {
  const folder = await host.cache.folderOf(`ferretdb-${version}`, async (draft) => {
    host.log(`MongoDB: building FerretDB ${version} with Go, once (half a minute)`);
    await run({
      command: [go, 'build', '-trimpath', '-ldflags=-s -w', '-o', join(draft, 'ferretdb'), '.'],
      cwd: goModule,
      env: { ...host.env, CGO_ENABLED: '0' },
      logFile: join(host.run.folder, 'ferretdb-build.log'),
      signal: host.signal,
    });
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
