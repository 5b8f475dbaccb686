import { checkNatsConfig as checkNatsConfigHere } from './check-nats-config.ts';
import { findChromium as findChromiumHere } from './chromium.ts';
import { goProgram } from './go-program.ts';
import { startMongo } from './mongo.ts';
import { startNatsServer } from './nats.ts';
import { natsCliFolder } from './nats-cli.ts';
import { type NatsCluster, type RouteThrough, startNatsServers } from './nats-cluster.ts';
import { openHost, withOwnHost } from './open-host.ts';
import { type PooledServer, startPgbouncer as startPgbouncerServer } from './pgbouncer.ts';
import { startPostgres } from './postgres.ts';
import type { Server } from './source.ts';
import { startTogether } from './start-together.ts';
import { startStripeMock as startStripeMockServer } from './stripe-mock.ts';
import { startTlsNats as startTlsNatsServer, type TlsNats } from './tls-nats.ts';
import { startTlsPostgres as startTlsPostgresServer, type TlsPostgres } from './tls-postgres.ts';

const starters = {
  postgres: startPostgres,
  nats: startNatsServer,
  mongo: startMongo,
  stripeMock: startStripeMockServer,
  tlsPostgres: startTlsPostgresServer,
  tlsNats: startTlsNatsServer,
};

export type ServerName = keyof typeof starters;

/** What the product runs on. */
type ProductServer = Exclude<ServerName, 'stripeMock' | 'tlsPostgres' | 'tlsNats'>;

export type StartServersOptions<Name extends ServerName> = {
  /** PostgreSQL, NATS and MongoDB when left out. */
  only?: readonly Name[];
  /**
   * Gets one line for each server, which says where it came from, and one for everything that takes
   * long.
   */
  log?: (line: string) => void;
  /** Chooses the sources; the process's own when left out. */
  env?: NodeJS.ProcessEnv;
  /**
   * Servers flush to the disk what they commit. Off by default: the data go when the servers stop.
   */
  fsync?: boolean;
  /** More lines of nats-server's configuration, such as `max_payload: 8KB`. */
  natsConfig?: string | undefined;
  /** Gives up a start that is under way. */
  signal?: AbortSignal;
};

export type Servers<Name extends ServerName = ProductServer> = {
  readonly [one in Name]: Awaited<ReturnType<(typeof starters)[one]>>;
} & {
  /** Ends the servers and removes their data. */
  stop(): Promise<void>;
};

/**
 * Starts PostgreSQL, NATS and MongoDB, each from the first source that works here (README.md lists
 * them), side by side.
 * @throws NoServerError with the reason and the remedy in one line; what had started is stopped
 */
export async function startServers<Name extends ServerName = ProductServer>({
  only = ['postgres', 'nats', 'mongo'] as ServerName[] as Name[],
  log = () => undefined,
  env = process.env,
  fsync = false,
  natsConfig = '',
  signal,
}: StartServersOptions<Name> = {}): Promise<Servers<Name>> {
  const failed = new AbortController();
  const host = await openHost({
    log,
    env,
    fsync,
    natsConfig,
    signal: AbortSignal.any(signal ? [signal, failed.signal] : [failed.signal]),
  });

  const starting = only.map((name) =>
    starters[name](host).catch((error) => {
      failed.abort(error);
      throw error;
    }),
  );
  try {
    const started = await startTogether(starting);
    const stop = async () => {
      await Promise.all(started.map((server) => server.stop()));
      await host.run.close();
    };
    return { ...(Object.fromEntries(only.map((name, index) => [name, started[index]])) as Servers<Name>), stop };
  } catch (error) {
    await host.run.close();
    throw error;
  }
}

/** A NATS server of one's own. */
export async function startNats(options: Omit<StartServersOptions<'nats'>, 'only'> = {}): Promise<Server> {
  const servers = await startServers({ ...options, only: ['nats'] });
  return { ...servers.nats, stop: servers.stop };
}

/** A NATS cluster of one's own; its streams may have as many replicas as it has servers. */
export async function startNatsCluster({
  size = 3,
  log = () => undefined,
  env = process.env,
  fsync = false,
  natsConfig = '',
  signal,
  routeThrough,
}: { size?: 3 | 5; routeThrough?: RouteThrough } & Omit<
  StartServersOptions<'nats'>,
  'only'
> = {}): Promise<NatsCluster> {
  const host = await openHost({ log, env, fsync, natsConfig, signal });
  const cluster = await startNatsServers(host, size, routeThrough).catch(async (error) => {
    await host.run.close();
    throw error;
  });
  const stop = async () => {
    await cluster.stop();
    await host.run.close();
  };
  return { ...cluster, stop };
}

/** Stripe's own imitation of its API, for the shapes of requests and answers. */
export async function startStripeMock(options: Omit<StartServersOptions<'stripeMock'>, 'only'> = {}): Promise<Server> {
  const servers = await startServers({ ...options, only: ['stripeMock'] });
  return { ...servers.stripeMock, stop: servers.stop };
}

/** A PostgreSQL that takes no connection in the clear. */
export async function startTlsPostgres(
  options: Omit<StartServersOptions<'tlsPostgres'>, 'only'> = {},
): Promise<TlsPostgres> {
  const servers = await startServers({ ...options, only: ['tlsPostgres'] });
  return { ...servers.tlsPostgres, stop: servers.stop };
}

/** A NATS server that takes no connection in the clear. */
export async function startTlsNats(options: Omit<StartServersOptions<'tlsNats'>, 'only'> = {}): Promise<TlsNats> {
  const servers = await startServers({ ...options, only: ['tlsNats'] });
  return { ...servers.tlsNats, stop: servers.stop };
}

/** Has nats-server read a configuration of a deployment. @throws Error with what it refuses */
export async function checkNatsConfig(config: string): Promise<void> {
  const host = await openHost({
    log: () => undefined,
    env: process.env,
    fsync: false,
    natsConfig: '',
    signal: undefined,
  });
  await checkNatsConfigHere(host, config).finally(() => host.run.close());
}

/** A pooler in front of a PostgreSQL. */
export async function startPgbouncer({
  log = () => undefined,
  env = process.env,
  ...pooled
}: PooledServer & Pick<StartServersOptions<never>, 'log' | 'env'>): Promise<Server> {
  return withOwnHost({ log, env }, (host) => startPgbouncerServer(host, pooled));
}

/**
 * Finds or installs a browser of the Chromium family.
 * @returns the path of its program
 * @throws Unavailable with the reason in one line
 */
export async function findChromium({
  log = () => undefined,
  env = process.env,
}: Pick<StartServersOptions<never>, 'log' | 'env'> = {}): Promise<string> {
  const host = await openHost({ log, env, fsync: false, natsConfig: '', signal: undefined });
  return findChromiumHere(host).finally(() => host.run.close());
}

/**
 * Finds or builds the `nats` command.
 * @returns the folder to put on the PATH
 * @throws Unavailable without Go
 */
export async function findNatsCli({
  log = () => undefined,
  env = process.env,
}: Pick<StartServersOptions<never>, 'log' | 'env'> = {}): Promise<string> {
  const host = await openHost({ log, env, fsync: false, natsConfig: '', signal: undefined });
  return natsCliFolder(host).finally(() => host.run.close());
}

/** The path of the Go program of a folder, which is built once. @throws Unavailable without Go */
export async function findGoProgram(
  folder: string,
  { log = () => undefined, env = process.env }: Pick<StartServersOptions<never>, 'log' | 'env'> = {},
): Promise<string> {
  const host = await openHost({ log, env, fsync: false, natsConfig: '', signal: undefined });
  return goProgram(host, folder).finally(() => host.run.close());
}
