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

/** The servers that the worlds of one benchmark share. */
export type Ground = {
  servers: Servers<'postgres' | 'mongo'>;
  issuer: Issuer;
  stop(): Promise<void>;
};

/** The whole product: every service as a process, on databases and a NATS server of its own. */
export type World = {
  stack: Stack;
  /** Scheduling's database. */
  database: pg.Client;
  databaseUrl: string;
  natsUrl: string;
  /** Where the gateway is. */
  url: string;
  /** Resolves when every event has been published and consumed. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

export async function startGround(log: (line: string) => void): Promise<Ground> {
  const servers = await startServers({ only: ['postgres', 'mongo'], log });
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

export async function startWorld(
  { servers, issuer }: Ground,
  { name, instances = 1 }: { name: string; instances?: number },
): Promise<World> {
  const postgres = servers.postgres.url;
  const mongo = new URL(servers.mongo.url);
  mongo.pathname = `/bench_${name}`;
  const databases = {
    scheduling: await createDatabase(postgres, `scheduling_${name}`),
    payouts: await createDatabase(postgres, `payouts_${name}`),
  };
  const nats = await startNats();
  const stack = await startStack({
    databases,
    nats: nats.url,
    mongo: mongo.href,
    issuer,
    instances,
    environment: { LOG_LEVEL: 'warn' },
    logDir: fileURLToPath(new URL(`../../.punctual/bench/${name}`, import.meta.url)),
  }).catch(async (error) => {
    await nats.stop();
    throw error;
  });
  const database = new pg.Client(databases.scheduling);
  await database.connect();
  return {
    stack,
    database,
    url: stack.addresses.urls.gateway,
    databaseUrl: databases.scheduling,
    natsUrl: nats.url,
    settled: () => untilSettled(database, nats.url),
    stop: async () => {
      await database.end();
      await stack.stop();
      await nats.stop();
    },
  };
}
