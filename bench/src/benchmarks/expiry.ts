import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { startBenchServers, startBenchStack } from '../bench-stack.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';
import { seedProposals, settleTables, signIn } from '../seed.ts';

const proposals = 10_000;
const spreadSeconds = 60;
const beginsInSeconds = 10;
const allowedMs = 5_000;
/** After the last expiry, a missing event counts as lost after this time. */
const patienceMs = 120_000;

/** Two instances expire 10,000 proposals that are due within one minute: how late is each? */
export const expiryBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'expiry', instances: 2 });
  try {
    const { database } = stack;
    await seedProposals(database, { providers: await signIn(servers.issuer, 100), count: proposals });
    await settleTables(database);
    await database.query(
      `update assignment set proposal_expires_at = now() + make_interval(secs => $1::float + random() * $2::float)`,
      [beginsInSeconds, spreadSeconds],
    );
    await delay((beginsInSeconds + spreadSeconds) * 1_000);
    const { expired, published } = await untilAllExpired(database);
    const worst = percentile(expired, 100);
    log(`expired: p50 ${percentile(expired, 50)} ms late, the last ${worst} ms`);
    return {
      name: 'expiry',
      unit: 'ms',
      ours: worst,
      reference: allowedMs,
      ratio: rounded(allowedMs / worst),
      p50: percentile(expired, 50),
      p99: percentile(expired, 99),
      details: {
        proposals,
        spreadSeconds,
        instances: 2,
        published: {
          p50: percentile(published, 50),
          p99: percentile(published, 99),
          worst: percentile(published, 100),
        },
      },
    };
  } finally {
    await stack.stop();
    await servers.stop();
  }
};

type Lateness = { expired: number[]; published: number[] };

/**
 * Milliseconds from each expiry time to the published event. @throws unless each proposal has
 * exactly one event
 */
async function untilAllExpired(database: pg.Client): Promise<Lateness> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { rows } = await database.query<{ expired: number; published: number }>(
      `select round(1000 * extract(epoch from o.created_at - t.moment))::int as expired,
          round(1000 * extract(epoch from o.published_at - t.moment))::int as published
        from outbox o join (
          select assignment_id, version, (before ->> 'proposalExpiresAt')::timestamptz as moment from assignment_timeline) t
          on t.assignment_id = o.aggregate_id and t.version = o.aggregate_version
        where o.type = 'schedule.expired' and o.published_at is not null`,
    );
    if (rows.length === proposals)
      return { expired: rows.map((row) => row.expired), published: rows.map((row) => row.published) };
    if (rows.length > proposals) throw new Error(`${rows.length} events for ${proposals} proposals.`);
    if (performance.now() > deadline) throw new Error(`Only ${rows.length} of ${proposals} expired.`);
    await delay(500);
  }
}
