import { fileURLToPath } from 'node:url';
import {
  createDatabase,
  type Issuer,
  type Servers,
  type Stack,
  startIssuer,
  startNats,
  startServers,
  startStack,
} from '@punctual/devstack';
import pg from 'pg';
import { untilSettled } from './until-settled.ts';

/** With `BENCH_FSYNC=1`, PostgreSQL and NATS flush to the disk before they confirm, as in a deployment. */
export const fsync = process.env.BENCH_FSYNC === '1';

/** The servers that the stacks of one benchmark share. */
export type BenchServers = {
  servers: Servers<'postgres' | 'mongo'>;
  issuer: Issuer;
  stop(): Promise<void>;
};

/** Every service as a process, with its own databases and NATS server. */
export type BenchStack = {
  processes: Stack;
  /** Scheduling's database. */
  database: pg.Client;
  /** The database of each service that has one in PostgreSQL. */
  databases: Record<'scheduling' | 'payouts', pg.Client>;
  databaseUrl: string;
  /** The name of reminders' database. */
  mongoDatabase: string;
  natsUrl: string;
  /** Where the gateway is. */
  url: string;
  /** Has the log of each service. */
  logDir: string;
  /** Resolves when every event has been published and consumed. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

export async function startBenchServers(log: (line: string) => void): Promise<BenchServers> {
  const servers = await startServers({ only: ['postgres', 'mongo'], log, fsync });
  const issuer = await startIssuer();
  return {
    servers,
    issuer,
    stop: async () => {
      await issuer.stop();
      await servers.stop();
    },
  };
}

export type BenchStackOptions = {
  name: string;
  instances?: number;
  /** The server of payouts' database; scheduling's when left out. */
  payoutsPostgres?: string;
  /** More lines of nats-server's configuration. */
  natsConfig?: string;
  /** Of every service. */
  environment?: Readonly<Record<string, string>>;
};

export async function startBenchStack(
  { servers, issuer }: BenchServers,
  { name, instances = 1, payoutsPostgres, natsConfig, environment = {} }: BenchStackOptions,
): Promise<BenchStack> {
  const postgres = servers.postgres.url;
  const mongo = new URL(servers.mongo.url);
  const mongoDatabase = `bench_${name}`;
  mongo.pathname = `/${mongoDatabase}`;
  const databases = {
    scheduling: await createDatabase(postgres, `scheduling_${name}`),
    payouts: await createDatabase(payoutsPostgres ?? postgres, `payouts_${name}`),
  };
  const logDir = fileURLToPath(new URL(`../../.punctual/bench/${name}`, import.meta.url));
  const nats = await startNats({ fsync, natsConfig });
  const processes = await startStack({
    databases,
    nats: nats.url,
    mongo: mongo.href,
    issuer,
    instances,
    environment: { LOG_LEVEL: 'warn', ...environment },
    logDir,
  }).catch(async (error) => {
    await nats.stop();
    throw error;
  });
  const database = new pg.Client(databases.scheduling);
  await database.connect();
  const ofPayouts = new pg.Client(databases.payouts);
  await ofPayouts.connect();
  return {
    processes,
    database,
    databases: { scheduling: database, payouts: ofPayouts },
    url: processes.addresses.urls.gateway,
    databaseUrl: databases.scheduling,
    mongoDatabase,
    logDir,
    natsUrl: nats.url,
    settled: () => untilSettled([database, ofPayouts], nats.url),
    stop: async () => {
      await database.end();
      await ofPayouts.end();
      await processes.stop();
      await nats.stop();
    },
  };
}
