import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createDatabase,
  type Issuer,
  type Postgres,
  type Servers,
  type ServiceName,
  type Stack,
  startIssuer,
  startStack,
} from '@punctual/devstack';
import { type Link, openLink } from '@punctual/testkit';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { type FaultyStripe, startFaultyStripe } from '../../../services/payouts/test/faulty-stripe.ts';
import type { Replacement } from '../mutations/replacement.ts';
import { connectNatsPeer, type NatsPeer } from '../network/nats-peer.ts';
import { type DrillCluster, startDrillServers } from './drill-servers.ts';
import { watchEffects } from './effects.ts';
import { createFailpointOrders, type FailpointOrders } from './failpoint-orders.ts';
import { instances, services } from './instances.ts';
import type { Loss } from './loss.ts';
import type { Pace } from './pace.ts';
import { whileStopped } from './while-stopped.ts';

/**
 * Every service as processes, the servers behind links, and direct access to databases and streams.
 */
export type DrillStack = {
  /** Whether `streams apply --watch` runs. */
  isWatched: boolean;
  /** Of the logs and everything else that a drill leaves. */
  folder: string;
  processes: Stack;
  servers: Servers;
  /** `standby` is the second host in the URLs of the services: nothing, or a standby of PostgreSQL. */
  links: Record<'postgres' | 'standby' | 'nats' | 'mongo', Link>;
  /** Where faults have three NATS servers in place of one. */
  cluster: DrillCluster | undefined;
  databases: Record<'scheduling' | 'payouts', pg.Pool>;
  mongo: MongoClient;
  peer: NatsPeer;
  orders: FailpointOrders;
  issuer: Issuer;
  /** The payment provider of an observed stack. */
  stripe: FaultyStripe;
  /** The servers without the links between, for the ops command. */
  addresses: { databases: { scheduling: string; payouts: string }; nats: string; mongo: string };
  /** `STREAM_…`, for the ops command. */
  streamSettings: Readonly<Record<string, string>>;
  /** SIGKILLs since the start. */
  killCount(): number;
  countKill(): void;
  kill(service: ServiceName, instance: number): Promise<void>;
  /**
   * Goes on with another PostgreSQL, which was a standby until now. The services find it by the second
   * host of their URLs, and by the first again after `heal`.
   */
  follow(postgres: Postgres): void;
  /** Commits that databases forgot since the start. */
  readonly losses: readonly Loss[];
  noteLoss(loss: Loss): void;
  /** Continues all stopped processes. */
  wake(): void;
  /** Reads while all services are stopped, then continues them. */
  whileStopped<T>(read: () => Promise<T>): Promise<T>;
  /** Undoes what a fault has left and waits until every service is ready. */
  heal(): Promise<void>;
  stop(): Promise<void>;
};

export type DrillStackOptions = {
  name: string;
  pace: Pace;
  replacements?: readonly Replacement[];
  /** Three NATS servers, with a replica of each stream on each. */
  onCluster?: boolean;
  /** Serves metrics, watches the streams, spreads requests and pays by Stripe, as a deployment does. */
  observed?: boolean;
  log: (line: string) => void;
};

/**
 * As short as the configuration allows, so that reminders fall due and proposals expire within a
 * drill.
 */
export const shortTimes = {
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
/** A killed process's messages are redelivered after this time, and most drills wait for that. */
export const shortAckWait: Replacement = {
  file: 'packages/chassis/src/nats/handling.ts',
  line: 'const defaultAckWaitMs = 10_000;',
  by: 'const defaultAckWaitMs = 3_000;',
};
/** An hour is longer than a drill. */
export const frequentDriftChecks: Replacement = {
  file: 'services/payouts/src/jobs/watch-drift.ts',
  line: 'pauseMs: 3_600_000,',
  by: 'pauseMs: 10_000,',
};
const noRateLimits = { RATE_LIMIT_PER_USER: '100000', RATE_LIMIT_PER_ADDRESS: '100000' };

export async function startDrillStack({
  name,
  pace,
  replacements = [],
  onCluster = false,
  observed = false,
  log,
}: DrillStackOptions): Promise<DrillStack> {
  const folder = fileURLToPath(new URL(`../../../.punctual/drills/${name}`, import.meta.url));
  const ordersFolder = join(folder, 'orders');
  await rm(folder, { recursive: true, force: true });
  await mkdir(ordersFolder, { recursive: true });

  const { servers, links, cluster, stop: stopServers } = await startDrillServers(onCluster, log);
  const streamSettings = { STREAM_REPLICAS: onCluster ? '3' : '1' };
  const issuer = await startIssuer();
  const stripe = await startFaultyStripe();
  let { postgres } = servers;
  /** Leads the drill itself, and ops, to the PostgreSQL that takes writes. No fault touches it. */
  const direct = await openLink(postgres.url);
  const addresses = {
    databases: {
      scheduling: await createDatabase(direct.url, 'scheduling'),
      payouts: await createDatabase(direct.url, 'payouts'),
    },
    nats: servers.nats.url,
    mongo: withDatabase(servers.mongo.url, 'reminders'),
  };
  const processes = await startStack({
    databases: {
      scheduling: withHosts(withDatabase(links.postgres.url, 'scheduling'), links.standby),
      payouts: withHosts(withDatabase(links.postgres.url, 'payouts'), links.standby),
    },
    nats: links.nats.url,
    mongo: withDatabase(links.mongo.url, 'reminders'),
    issuer,
    instances: instances.length,
    spread: observed,
    watchStreams: observed,
    environment: {
      ...(observed && observedEnvironment(stripe.url)),
      ...shortTimes,
      ...noRateLimits,
      ...streamSettings,
      NODE_OPTIONS: `--max-semi-space-size=4 --import ${new URL('../inside/preload.ts', import.meta.url)}`,
      FAILPOINTS: ordersFolder,
      DRILL_REPLACEMENTS: JSON.stringify([
        ...(pace === 'quick' ? [shortAckWait] : []),
        ...(observed ? [frequentDriftChecks] : []),
        ...replacements,
      ]),
    },
    logDir: join(folder, 'logs'),
  });

  const databases = {
    scheduling: openPool(addresses.databases.scheduling),
    payouts: openPool(addresses.databases.payouts),
  };
  for (const pool of Object.values(databases)) await watchEffects(pool);
  const mongo = await MongoClient.connect(addresses.mongo);
  const peer = await connectNatsPeer(addresses.nats);
  // The services' NATS accounts may not change a consumer.
  if (pace === 'quick') await peer.setAckWait(3_000);
  const orders = createFailpointOrders(ordersFolder);
  let kills = 0;
  const losses: Loss[] = [];
  const all = services.flatMap((service) => instances.map((instance) => processes.service(service, instance)));
  const signal = (name: NodeJS.Signals) => {
    for (const pid of all.map((process) => process.pid())) if (pid !== undefined) process.kill(pid, name);
  };
  let first = postgres;
  const leadToPrimary = () => {
    if (first === postgres) return;
    first = postgres;
    links.postgres.lead(postgres.url);
    links.standby.lead(undefined);
    links.standby.reset();
  };

  return {
    isWatched: observed,
    folder,
    processes,
    servers: {
      ...servers,
      get postgres() {
        return postgres;
      },
    },
    links,
    cluster,
    databases,
    mongo,
    peer,
    orders,
    issuer,
    stripe,
    addresses,
    streamSettings,
    killCount: () => kills,
    countKill: () => {
      kills += 1;
    },
    kill: async (service, instance) => {
      const process = processes.service(service, instance);
      if (process.pid() !== undefined) kills += 1;
      await process.kill();
    },
    follow: (promoted) => {
      postgres = promoted;
      direct.lead(promoted.url);
      direct.reset();
    },
    losses,
    noteLoss: (loss) => losses.push(loss),
    wake: () => signal('SIGCONT'),
    whileStopped: (read) => whileStopped(signal, read),
    heal: async () => {
      await orders.withdraw();
      for (const link of Object.values(links)) link.heal();
      leadToPrimary();
      cluster?.routes.heal();
      await Promise.all((cluster?.servers ?? []).map((server) => server.resume()));
      signal('SIGCONT');
      await Promise.all(all.map((process) => process.ready()));
      // A rebuilt stream has new consumers.
      if (pace === 'quick') await peer.setAckWait(3_000);
    },
    stop: async () => {
      await processes.stop();
      await Promise.all([...Object.values(databases).map((pool) => pool.end()), mongo.close(), peer.close()]);
      direct.close();
      await stripe.stop();
      await issuer.stop();
      await stopServers();
    },
  };
}

function observedEnvironment(stripe: string): Record<string, string> {
  return {
    OTEL_METRICS_EXPORTER: 'prometheus',
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_API_KEY: 'sk_test_123',
    STRIPE_WEBHOOK_SECRET: 'whsec_test',
    STRIPE_API_BASE: stripe,
  };
}

/** A pool that survives restarts of its server. */
function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  return pool;
}

/** A URL as a deployment with a standby has it: the host that takes writes is used. */
function withHosts(url: string, standby: Link): string {
  const { host } = new URL(url);
  return `${url.replace(host, `${host},${new URL(standby.url).host}`)}?target_session_attrs=read-write`;
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
