import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { findCommand, versionOf } from './commands.ts';
import { containerSource } from './docker.ts';
import { buildWithGo } from './go.ts';
import { startLocalServer } from './local-server.ts';
import { namedServer } from './named-server.ts';
import { downloadNats } from './nats-download.ts';
import { natsPasswords, natsUsersConfig, natsUsersFile } from './nats-users.ts';
import { type Host, type Server, type Source, startFirst, Unavailable } from './source.ts';

/** A process of nats-server. */
export type NatsProcess = {
  /** Unique in its run. */
  name: string;
  /** More lines of its configuration. */
  config: string;
  /** Where it is on a port; without TLS when left out. */
  url?: (port: number) => string;
  ask: (url: string) => Promise<unknown>;
};

const version = '2.15.2';
/**
 * What the services rely on (several filter subjects, reasons of terminated messages) came by this
 * one.
 */
const oldest = { major: 2, minor: 15 };

/** @throws NoServerError */
export async function startNatsServer(host: Host): Promise<Server> {
  const sources: Source[] = [
    ...namedServer(host.env, 'PUNCTUAL_NATS_URL', ask),
    { kind: 'path', name: 'nats-server on the PATH', start: () => fromPath(host) },
    containerSource(host, {
      image: 'nats:2',
      port: 4222,
      environment: natsPasswords,
      files: {
        '/etc/nats/users.conf': await readFile(natsUsersFile, 'utf8'),
        '/etc/nats/nats.conf': `${natsUsersConfig}jetstream { store_dir: /data }\n${host.natsConfig}\n`,
      },
      command: ['--config', '/etc/nats/nats.conf'],
      url: (name, port) => `nats://${name}:${port}`,
      ask,
    }),
    { kind: 'local', name: `nats-server ${version}, downloaded or built`, start: () => fromCache(host) },
  ];
  const remedy = 'Install Docker, or Go from https://go.dev/dl, or set PUNCTUAL_NATS_URL.';
  return startFirst(host, { what: 'NATS', sources, remedy });
}

/** @throws Unavailable when it is too old or has no JetStream */
async function ask(url: string): Promise<void> {
  const connection = await connect({ servers: url, timeout: 2_000, reconnect: false });
  const { info } = connection;
  await connection.close();
  if (!info || !isNewEnough(info.version)) throw new Unavailable(`NATS at ${url} is ${info?.version}, ${needed}`);
  if (!info.jetstream) throw new Unavailable(`NATS at ${url} has no JetStream`);
}

async function fromPath(host: Host): Promise<Server> {
  return start(host, await natsOnPath(host));
}

/** @throws Unavailable */
export async function natsOnPath(host: Host): Promise<string> {
  const command = await findCommand(host.env, 'nats-server');
  if (!command) throw new Unavailable('no nats-server on the PATH');
  const found = await versionOf(command);
  if (!found || !isNewEnough(found)) throw new Unavailable(`nats-server on the PATH is ${found}, ${needed}`);
  return command;
}

async function fromCache(host: Host): Promise<Server> {
  return start(host, await natsFromCache(host));
}

/** Downloads or builds nats-server, once. */
export async function natsFromCache(host: Host): Promise<string> {
  const folder = await host.cache.folderOf(`nats-server-${version}`, async (draft) => {
    try {
      await downloadNats(host, version, draft);
    } catch (error) {
      host.signal?.throwIfAborted();
      await build(host, draft, error instanceof Error ? error.message : String(error));
    }
  });
  return join(folder, 'nats-server');
}

async function build(host: Host, draft: string, noDownload: string): Promise<void> {
  const go = await findCommand(host.env, 'go');
  if (!go) throw new Unavailable(`${noDownload}, and building it needs Go on the PATH`);
  host.log(`NATS: building nats-server ${version} with Go, once (about a minute), because ${noDownload}`);
  const module = `github.com/nats-io/nats-server/v2@v${version}`;
  const args = ['install', '-trimpath', '-ldflags=-s -w', module];
  await buildWithGo(host, { name: 'nats-server', go, args, env: { GOBIN: draft } });
}

function start(host: Host, command: string): Promise<Server> {
  return startNatsProcess(host, command, { name: 'nats-server', config: '', ask });
}

/** Starts nats-server with JetStream and the users of the product, with a data folder of its own. */
export async function startNatsProcess(host: Host, command: string, server: NatsProcess): Promise<Server> {
  const folder = join(host.run.folder, server.name);
  const config = join(folder, 'nats.conf');
  await mkdir(folder);
  const sync = host.fsync ? 'always' : '2m';
  const jetstream = `jetstream { store_dir: ${JSON.stringify(folder)}, sync_interval: ${sync} }`;
  await copyFile(natsUsersFile, join(folder, 'users.conf'));
  await writeFile(config, `${natsUsersConfig}${jetstream}\n${server.config}\n${host.natsConfig}\n`);
  const started = await startLocalServer(host, {
    name: server.name,
    stopSignal: 'TERM',
    env: { ...process.env, ...natsPasswords },
    command: (port) => [command, '--config', config, '--addr', '127.0.0.1', '--port', String(port)],
    url: server.url ?? ((port) => `nats://127.0.0.1:${port}`),
    ask: server.ask,
  });
  return { ...started, folder };
}

const needed = `older than ${oldest.major}.${oldest.minor}`;

function isNewEnough(found: string): boolean {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor);
}
