import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createDatabase,
  type Issuer,
  type Servers,
  type ServiceName,
  type Stack,
  startIssuer,
  startServers,
  startStack,
} from '@punctual/devstack';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { watchEffects } from './effects.ts';
import type { Pace } from './faults/fault.ts';
import { type Bus, openBus } from './network/bus.ts';
import { type Link, openLink } from './network/link.ts';
import { createOrders, type Orders } from './orders.ts';
import type { Replacement } from './replacement.ts';

/** Two of each, so that there is always somebody to take over. */
export const instances = [0, 1] as const;
export const services = ['gateway', 'scheduling', 'reminders', 'payouts'] as const satisfies ServiceName[];

/** The whole product as processes, its servers behind links, and ways to look at all of it directly. */
export type World = {
  stack: Stack;
  servers: Servers;
  links: Record<'postgres' | 'nats' | 'mongo', Link>;
  databases: Record<'scheduling' | 'payouts', pg.Pool>;
  mongo: MongoClient;
  bus: Bus;
  orders: Orders;
  issuer: Issuer;
  /** For other processes, as the ops command: the servers' own addresses. */
  addresses: { databases: { scheduling: string; payouts: string }; nats: string; mongo: string };
  /** What was done to it so far. */
  toll: { kills: number };
  kill(service: ServiceName, instance: number): Promise<void>;
  /** Lets all processes go on that were stopped. */
  wake(): void;
  /** Reads while no service can change anything, then lets them go on. */
  still<T>(read: () => Promise<T>): Promise<T>;
  /** Ends whatever a fault has left, and waits until every service is ready. */
  heal(): Promise<void>;
  stop(): Promise<void>;
};

export type WorldOptions = {
  name: string;
  pace: Pace;
  replacements?: readonly Replacement[];
  log: (line: string) => void;
};

/** By when the servers have done what they were sent before the services stopped. */
const underWayMs = 300;

/** Minutes become seconds where the configuration lets them: reminders fall due, and proposals expire, within a drill. */
const shortTimes = {
  SCHEDULE_MIN_MINUTES: '1',
  PROPOSAL_TTL_HOURS: '1',
  REMINDER_RESPOND_LAST_MINUTES: '1',
  REMINDER_UPCOMING_24H_MINUTES: '2',
  REMINDER_UPCOMING_1H_MINUTES: '1',
  REMINDER_MIN_GAP_MINUTES: '1',
  REMINDER_CLAIM_MS: '3000',
  SWEEP_EVERY_MS: '1000',
  SCHEDULER_POLL_MS: '200',
  EXPIRY_INTERVAL_MS: '500',
};
/** What a process that was killed held comes again after this time, and most drills wait for it. */
const shortAckWait = {
  file: 'packages/chassis/src/nats/declare-consumers.ts',
  line: 'const defaultAckWaitMs = 10_000;',
  by: 'const defaultAckWaitMs = 3_000;',
};
const noRateLimits = { RATE_LIMIT_PER_USER: '100000', RATE_LIMIT_PER_ADDRESS: '100000' };

export async function startWorld({ name, pace, replacements = [], log }: WorldOptions): Promise<World> {
  const folder = fileURLToPath(new URL(`../../.punctual/drills/${name}`, import.meta.url));
  const ordersFolder = join(folder, 'orders');
  await rm(folder, { recursive: true, force: true });
  await mkdir(ordersFolder, { recursive: true });

  const servers = await startServers({ log });
  const issuer = await startIssuer();
  const links = {
    postgres: await openLink(servers.postgres.url),
    nats: await openLink(servers.nats.url),
    mongo: await openLink(servers.mongo.url),
  };
  const addresses = {
    databases: {
      scheduling: await createDatabase(servers.postgres.url, 'scheduling'),
      payouts: await createDatabase(servers.postgres.url, 'payouts'),
    },
    nats: servers.nats.url,
    mongo: withDatabase(servers.mongo.url, 'reminders'),
  };
  const stack = await startStack({
    databases: {
      scheduling: withDatabase(links.postgres.url, 'scheduling'),
      payouts: withDatabase(links.postgres.url, 'payouts'),
    },
    nats: links.nats.url,
    mongo: withDatabase(links.mongo.url, 'reminders'),
    issuer,
    instances: instances.length,
    environment: {
      ...shortTimes,
      ...noRateLimits,
      NODE_OPTIONS: `--max-semi-space-size=4 --import ${new URL('inside/preload.ts', import.meta.url)}`,
      FAILPOINTS: ordersFolder,
      DRILL_REPLACEMENTS: JSON.stringify([...(pace === 'quick' ? [shortAckWait] : []), ...replacements]),
    },
    logDir: join(folder, 'logs'),
  });

  const databases = {
    scheduling: openPool(addresses.databases.scheduling),
    payouts: openPool(addresses.databases.payouts),
  };
  for (const pool of Object.values(databases)) await watchEffects(pool);
  const mongo = await MongoClient.connect(addresses.mongo);
  const bus = await openBus(addresses.nats);
  // The services may not.
  if (pace === 'quick') await bus.setAckWait(3_000);
  const orders = createOrders(ordersFolder);
  const toll = { kills: 0 };
  const all = services.flatMap((service) => instances.map((instance) => stack.service(service, instance)));
  const signal = (name: NodeJS.Signals) => {
    for (const pid of all.map((process) => process.pid())) if (pid !== undefined) process.kill(pid, name);
  };

  return {
    stack,
    servers,
    links,
    databases,
    mongo,
    bus,
    orders,
    issuer,
    addresses,
    toll,
    kill: async (service, instance) => {
      const process = stack.service(service, instance);
      if (process.pid() !== undefined) toll.kills += 1;
      await process.kill();
    },
    wake: () => signal('SIGCONT'),
    still: async (read) => {
      signal('SIGSTOP');
      try {
        await delay(underWayMs);
        return await read();
      } finally {
        signal('SIGCONT');
      }
    },
    heal: async () => {
      await orders.withdraw();
      for (const link of Object.values(links)) link.heal();
      signal('SIGCONT');
      await Promise.all(all.map((process) => process.ready()));
    },
    stop: async () => {
      await stack.stop();
      await Promise.all([...Object.values(databases).map((pool) => pool.end()), mongo.close(), bus.close()]);
      for (const link of Object.values(links)) link.close();
      await issuer.stop();
      await servers.stop();
    },
  };
}

/** One that survives the death of its server. */
function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  return pool;
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
