import { randomUUID } from 'node:crypto';
import {
  applyStreams,
  createDatabase,
  dropDatabase,
  type Issuer,
  type Server,
  startIssuer,
  startNats,
  startNatsCluster,
  startServers,
  startTogether,
} from '@punctual/devstack';
import { MongoClient } from 'mongodb';
import { type SharedServerName, sharedServer } from './shared-servers.ts';

export type TestEnvironment = {
  /** Names an empty database. */
  readonly databaseUrl: string;
  /** Names a server that no other file uses. */
  readonly natsUrl: string;
  /** Names a database that does not exist yet. */
  readonly mongoUrl: string;
  readonly issuer: Issuer;
  /**
   * Environment of a service: `AUTH_*`, a drain of 0, and `DATABASE_URL`, `NATS_URL` and
   * `MONGO_URL` of the servers that were asked for.
   */
  readonly env: Record<string, string>;
  /** Creates a bearer token; for a new user when `sub` is left out. */
  token(roles: string | readonly string[], sub?: string): Promise<string>;
  /** One server, or those of the cluster. */
  readonly natsServers: readonly Server[];
  /** Stops NATS, as an outage would. */
  stopNats(): Promise<void>;
  /** Starts NATS again, on the same port with the same data. */
  startNatsAgain(): Promise<void>;
  stop(): Promise<void>;
};

export type TestEnvironmentOptions = {
  postgres?: boolean;
  /**
   * A string adds lines to its configuration, such as `max_payload: 8KB`; `servers` makes it a
   * cluster.
   */
  nats?: boolean | string | { servers: 3 };
  /** Declares the streams on it. */
  streams?: boolean;
  mongo?: boolean;
};

type Resource = { url: string; stop: () => Promise<void> };

/**
 * Starts what a test file needs; call it in `beforeAll`, and `stop()` in `afterAll`. A test run
 * shares PostgreSQL and MongoDB, with a database for each file. Outside a run they are started for
 * this environment.
 */
export async function testEnvironment(options: TestEnvironmentOptions): Promise<TestEnvironment> {
  const resources = await startTogether([
    startIssuer(),
    options.postgres ? freshDatabase() : undefined,
    options.nats ? freshNats(options.nats) : undefined,
    options.mongo ? freshMongoDatabase() : undefined,
  ]);
  const [issuer, postgres, nats, mongo] = resources;
  if (options.streams) await applyStreams(asked(nats, 'nats').url);
  return {
    get databaseUrl() {
      return asked(postgres, 'postgres').url;
    },
    get natsUrl() {
      return asked(nats, 'nats').url;
    },
    get mongoUrl() {
      return asked(mongo, 'mongo').url;
    },
    get natsServers() {
      return asked(nats, 'nats').servers;
    },
    issuer,
    env: {
      AUTH_JWKS_URL: issuer.jwksUrl,
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: issuer.audience,
      // No balancer has to notice a stop.
      SHUTDOWN_DRAIN_MS: '0',
      ...(postgres && { DATABASE_URL: postgres.url }),
      ...(nats && { NATS_URL: nats.url }),
      ...(mongo && { MONGO_URL: mongo.url }),
    },
    token: (roles, sub) => issuer.token({ roles: [roles].flat(), ...(sub && { sub }) }),
    stopNats: async () => {
      await Promise.all(asked(nats, 'nats').servers.map((server) => server.halt()));
    },
    startNatsAgain: async () => {
      await Promise.all(asked(nats, 'nats').servers.map((server) => server.resume()));
    },
    stop: async () => {
      await Promise.all(resources.map((resource) => resource?.stop()));
    },
  };
}

async function freshNats(wanted: string | true | { servers: 3 }): Promise<Resource & { servers: readonly Server[] }> {
  if (typeof wanted === 'object') return startNatsCluster({ size: wanted.servers });
  const server = await startNats({ natsConfig: wanted === true ? undefined : wanted });
  return { url: server.url, servers: [server], stop: server.stop };
}

async function freshDatabase(): Promise<Resource> {
  const server = await serverOf('postgres');
  const name = `test_${randomUUID()}`;
  return {
    url: await createDatabase(server.url, name),
    stop: async () => {
      await dropDatabase(server.url, name);
      await server.stop();
    },
  };
}

async function freshMongoDatabase(): Promise<Resource> {
  const server = await serverOf('mongo');
  const url = new URL(server.url);
  url.pathname = `/test_${randomUUID()}`;
  return {
    url: url.href,
    stop: async () => {
      const client = await MongoClient.connect(url.href);
      await client.db().dropDatabase();
      await client.close();
      await server.stop();
    },
  };
}

/** Returns the server of the test run, or starts one outside a run. */
async function serverOf(name: SharedServerName): Promise<Resource> {
  const runUrl = process.env.PUNCTUAL_TEST_SERVERS;
  if (runUrl) return { url: await sharedServer(runUrl, name), stop: async () => undefined };
  const servers = await startServers<SharedServerName>({ only: [name] });
  return { url: servers[name].url, stop: servers.stop };
}

function asked<T extends Resource>(resource: T | undefined, name: keyof TestEnvironmentOptions): T {
  if (!resource) throw new Error(`This test environment has none: testEnvironment({ ${name}: true })`);
  return resource;
}
