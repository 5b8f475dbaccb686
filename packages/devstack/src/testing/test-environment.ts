import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { createDatabase, dropDatabase } from '../create-database.ts';
import { type Issuer, startIssuer } from '../issuer.ts';
import { startNats, startServers } from '../servers/start-servers.ts';
import { startTogether } from '../servers/start-together.ts';
import { applyStreams } from '../stack/streams.ts';
import { type SharedServerName, sharedServer } from './shared-servers.ts';

export type TestEnvironment = {
  /** Of an empty database. */
  readonly databaseUrl: string;
  /** Of a server that no other file uses. */
  readonly natsUrl: string;
  /** With the name of a database that does not exist yet. */
  readonly mongoUrl: string;
  readonly issuer: Issuer;
  /**
   * What a service reads from its environment: `AUTH_*`, `DATABASE_URL`, `NATS_URL` and `MONGO_URL` as they were asked for,
   * and a drain of 0.
   */
  readonly env: Record<string, string>;
  /** A bearer token of the issuer; of a new user when `sub` is left out. */
  token(roles: string | readonly string[], sub?: string): Promise<string>;
  /** NATS stops answering, as in a fault. */
  stopNats(): Promise<void>;
  /** NATS answers again, on the same port with the same data. */
  startNatsAgain(): Promise<void>;
  stop(): Promise<void>;
};

export type TestEnvironmentOptions = {
  postgres?: boolean;
  /** A string is more lines of its configuration, such as `max_payload: 8KB`. */
  nats?: boolean | string;
  /** Declares the streams on it. */
  streams?: boolean;
  mongo?: boolean;
};

type Resource = { url: string; stop: () => Promise<void> };

/**
 * What a test file needs of the outside, to itself: call it in `beforeAll`, and `stop()` in `afterAll`. PostgreSQL and
 * MongoDB are shared by the test run, a database each; outside a run (a script) they are started for this environment.
 */
export async function testEnvironment(options: TestEnvironmentOptions): Promise<TestEnvironment> {
  const resources = await startTogether([
    startIssuer(),
    options.postgres ? freshDatabase() : undefined,
    options.nats ? startNats({ natsConfig: options.nats === true ? undefined : options.nats }) : undefined,
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
    stopNats: () => asked(nats, 'nats').halt(),
    startNatsAgain: () => asked(nats, 'nats').resume(),
    stop: async () => {
      await Promise.all(resources.map((resource) => resource?.stop()));
    },
  };
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

/** The test run's server, or one of our own where there is no test run. */
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
