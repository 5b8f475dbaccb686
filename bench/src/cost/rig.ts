import pg from 'pg';
import type { BenchServers, BenchStack } from '../bench-stack.ts';
import { type MeasuredDatabase, ofCollections, ofService } from './database-work.ts';
import { findParts, type Part, watchTraffic } from './traffic.ts';

/** What is measured, and where it tells about itself. */
export type Rig = {
  /** By name, from the gateway to the servers at the end. */
  parts: Record<string, Part>;
  traffic: ReturnType<typeof watchTraffic>;
  /** Of the parts that are a PostgreSQL. */
  databases: Record<string, MeasuredDatabase>;
  /** The monitoring address of NATS. */
  monitor: string;
  stop(): Promise<void>;
};

export const services = ['gateway', 'scheduling', 'payouts', 'reminders'] as const;

/** @throws when a part is no process of this machine */
export async function openRig({
  servers,
  stack,
  payoutsPostgres,
  monitor,
}: {
  servers: BenchServers['servers'];
  stack: BenchStack;
  payoutsPostgres: string;
  monitor: string;
}): Promise<Rig> {
  const { url: mongo, postgresUrl } = servers.mongo;
  const port = (url: string) => Number(new URL(url).port);
  const { urls } = stack.processes.addresses;
  const parts = await findParts({
    gateway: port(urls.gateway),
    scheduling: port(urls.scheduling),
    payouts: port(urls.payouts),
    reminders: port(urls.reminders),
    [postgresUrl ? 'FerretDB' : 'MongoDB']: port(mongo),
    NATS: port(stack.natsUrl),
    "scheduling's PostgreSQL": port(servers.postgres.url),
    "payouts' PostgreSQL": port(payoutsPostgres),
    ...(postgresUrl && { "FerretDB's PostgreSQL": port(postgresUrl) }),
  });
  const ofFerretdb = postgresUrl === undefined ? undefined : new pg.Client(postgresUrl);
  await ofFerretdb?.connect();
  const traffic = watchTraffic(parts, 'gateway');
  return {
    parts,
    traffic,
    databases: {
      "scheduling's PostgreSQL": { client: stack.databases.scheduling, tables: ofService },
      "payouts' PostgreSQL": { client: stack.databases.payouts, tables: ofService },
      ...(ofFerretdb && {
        "FerretDB's PostgreSQL": { client: ofFerretdb, tables: ofCollections(stack.mongoDatabase) },
      }),
    },
    monitor,
    stop: async () => {
      await traffic.stop();
      await ofFerretdb?.end();
    },
  };
}
