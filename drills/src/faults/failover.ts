import { setTimeout as delay } from 'node:timers/promises';
import type { Standby } from '@punctual/devstack';
import { eventually, openLink } from '@punctual/testkit';
import pg from 'pg';
import type { DrillStack } from '../stack/drill-stack.ts';
import type { Pace } from '../stack/pace.ts';
import { lastPublished, reconcile, untilReadAgain } from '../stack/reconcile.ts';
import type { Fault, FaultContext } from './fault.ts';

/** How long the standby receives nothing before the primary is lost, and at least so many events of each service. */
const lagMs = { quick: 3_000, full: 20_000 };
const lostEvents = 5;
/** At full length long enough for the alert. */
const looksMs = { quick: 1_500, full: 12_000 };
/** Load with a synchronous standby, and after the failover. */
const loadedMs: Record<Pace, readonly [from: number, to: number]> = {
  quick: [1_000, 3_000],
  full: [10_000, 20_000],
};
/** Until somebody, or a failover manager, has found out that the primary is gone. */
const unnoticedMs = [0, 2_000] as const;
/** Within this time NATS stores what was published before the database went away. */
const inFlightMs = 300;

const services = ['scheduling', 'payouts'] as const;

export const failoverFaults: readonly Fault[] = [
  {
    name: 'postgres-failover-sync',
    what: 'SIGKILL of the primary PostgreSQL, whose commits wait for its standby; the standby takes over',
    alerts: [],
    isOnlyFull: true,
    inject: async (context) => {
      const { stack, random, pace } = context;
      const standby = await startStandby(stack);
      await onServer(
        stack.servers.postgres.url,
        "alter system set synchronous_standby_names = 'standby'",
        'select pg_reload_conf()',
      );
      await eventually(() => refuseUnless(stack, "select from pg_stat_replication where sync_state = 'sync'"));
      await delay(random.between(...loadedMs[pace]));
      await takeOver(context, standby);
      stack.follow(standby);
      await delay(random.between(...loadedMs[pace]));
    },
  },
  {
    name: 'postgres-failover-async',
    what: 'the standby receives nothing for a while, then SIGKILL of the primary: the standby takes over without the last commits, and ops reconciles both databases',
    alerts: ['DatabaseOlder', 'EventsLate'],
    isOnlyFull: true,
    losesCommits: true,
    inject: async (context) => {
      const { stack, pace } = context;
      const replication = await openLink(stack.servers.postgres.url);
      try {
        const standby = await startStandby(stack, replication.url);
        await stack.peer.untilStreamHolds('PAYOUT', 20);
        const from = performance.now();
        await untilReceived(stack, standby);
        replication.lead(undefined);
        replication.reset();
        await untilPublished(stack, lagMs[pace]);

        const { scheduling, payouts } = await takeOver(context, standby);
        stack.follow(standby);
        await reconcile(stack, 'scheduling', { published: scheduling, looksMs: looksMs[pace] });
        await reconcile(stack, 'payouts', { published: payouts, looksMs: 0 });
        stack.noteLoss({ of: ['assignment', 'payout'], from, until: performance.now() });
        for (const service of services) await untilReadAgain(stack, service);
      } finally {
        replication.close();
      }
    },
  },
];

/** Starts a standby, to which the second host of the services' URLs leads. */
async function startStandby({ servers, links }: DrillStack, primaryUrl?: string): Promise<Standby> {
  const standby = await servers.postgres.startStandby?.(primaryUrl);
  if (!standby) throw new Error('This drill needs a PostgreSQL that is a process of ours.');
  links.standby.lead(standby.url);
  return standby;
}

/** Waits until the standby has everything that was committed before the call. */
async function untilReceived({ servers }: DrillStack, standby: Standby): Promise<void> {
  const [primary] = await onServer<{ lsn: string }>(servers.postgres.url, 'select pg_current_wal_lsn() as lsn');
  await eventually(async () => {
    const [row] = await onServer<{ isThere: boolean }>(
      standby.url,
      `select pg_last_wal_receive_lsn() >= '${primary?.lsn}'::pg_lsn as "isThere"`,
    );
    if (!row?.isThere) throw new Error('The standby has not received everything');
  });
}

/** Waits this long, and until each service has published a few events. */
async function untilPublished(stack: DrillStack, ms: number): Promise<void> {
  const before = await publishedNow(stack);
  await delay(ms);
  await eventually(async () => {
    const now = await publishedNow(stack);
    if (services.some((service) => now[service] - before[service] < lostEvents))
      throw new Error('The services have published too little that could be lost');
  });
}

async function publishedNow(stack: DrillStack) {
  const [scheduling, payouts] = await Promise.all(services.map((service) => lastPublished(stack, service)));
  return { scheduling: scheduling ?? 0, payouts: payouts ?? 0 };
}

/**
 * The machine of the primary is lost, with all its processes, and later the standby takes over.
 * @returns what was published until then
 */
async function takeOver({ stack, random }: FaultContext, standby: Standby) {
  const { postgres } = stack.servers;
  const processes = await onServer<{ pid: number }>(postgres.url, 'select pid from pg_stat_activity');
  await postgres.signal('SIGKILL');
  for (const { pid } of processes) killIfThere(pid);
  stack.countKill();
  await delay(inFlightMs);
  const published = await publishedNow(stack);
  await delay(random.between(...unnoticedMs));
  await standby.promote();
  return published;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended with its parent.
  }
}

async function refuseUnless({ servers }: DrillStack, query: string): Promise<void> {
  if ((await onServer(servers.postgres.url, query)).length === 0) throw new Error(`Nothing yet: ${query}`);
}

/** Runs statements. @returns the rows of the last one */
async function onServer<Row extends pg.QueryResultRow>(url: string, ...statements: string[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
