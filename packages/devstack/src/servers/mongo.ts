import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { findCommand } from './commands.ts';
import { containerSource } from './docker.ts';
import { type Ferretdb, isFerretdbBuilt, startFerretdb } from './ferretdb.ts';
import { startLocalServer } from './local-server.ts';
import { downloadMongod } from './mongod-download.ts';
import { namedServer } from './named-server.ts';
import { type Host, type Server, type Source, startFirst, Unavailable } from './source.ts';

/** Only FerretDB that we started has a PostgreSQL. */
export type Mongo = Server & Partial<Pick<Ferretdb, 'postgresUrl'>>;

/**
 * Its URL names no database. What was built here once is taken without asking the network for a
 * download again.
 * @throws NoServerError
 */
export async function startMongo(host: Host): Promise<Mongo> {
  const mongod: Source = {
    kind: 'local',
    name: 'mongod, downloaded',
    start: async () => start(host, await downloadMongod(host)),
  };
  const ferretdb: Source<Mongo> = {
    kind: 'local',
    name: 'FerretDB on DocumentDB',
    start: () => startFerretdb(host, ask),
  };
  const sources: Source<Mongo>[] = [
    ...namedServer(host.env, 'PUNCTUAL_MONGO_URL', ask),
    { kind: 'path', name: 'mongod on the PATH', start: () => fromPath(host) },
    containerSource(host, {
      image: 'mongo:8',
      port: 27017,
      url: (name, port) => `mongodb://${name}:${port}/`,
      ask,
    }),
    ...((await isFerretdbBuilt(host)) ? [ferretdb, mongod] : [mongod, ferretdb]),
  ];
  const remedy = 'Install Docker or MongoDB, or set PUNCTUAL_MONGO_URL.';
  return startFirst(host, { what: 'MongoDB', sources, remedy });
}

async function ask(url: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  try {
    await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
}

async function fromPath(host: Host): Promise<Server> {
  const command = await findCommand(host.env, 'mongod');
  if (!command) throw new Unavailable('no mongod on the PATH');
  return start(host, command);
}

async function start(host: Host, command: string): Promise<Server> {
  const data = join(host.run.folder, 'mongod');
  await mkdir(data);
  const listen = ['--bind_ip', '127.0.0.1', '--nounixsocket', '--port'];
  const server = await startLocalServer(host, {
    name: 'mongod',
    stopSignal: 'TERM',
    command: (port) => [command, '--dbpath', data, ...listen, String(port)],
    url: (port) => `mongodb://127.0.0.1:${port}/`,
    ask,
  });
  return { ...server, folder: data };
}
