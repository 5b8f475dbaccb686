import type pg from 'pg';
import { Agent, request } from 'undici';
import { startBenchServers, startBenchStack } from '../bench-stack.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';
import { type Provider, seedProposals, settleTables, signIn } from '../seed.ts';

const contests = 10_000;
/** Confirmations of overlapping windows of one provider, sent at once to alternating instances. */
const rivals = 5;
const instances = 2;
const providers = 100;
const contestsAtOnce = 8;

/** Proposals of which a provider can accept only one. */
type Contest = { authorization: string; proposals: string[] };

/**
 * Several customers book the same times of one provider: how many bookings succeed, and does any
 * overlap?
 */
export const raceBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'race', instances });
  try {
    const { database, processes } = stack;
    const doors = Array.from({ length: instances }, (_, index) => processes.service('scheduling', index).url);
    const waiting = (await seedContests(database, await signIn(servers.issuer, providers))).values();
    const answers: Answer[] = [];
    const agent = new Agent({ connections: rivals * contestsAtOnce });
    const hold = async () => {
      for (const contest of waiting) answers.push(...(await confirmAll(agent, doors, contest)));
    };
    const from = performance.now();
    await Promise.all(Array.from({ length: contestsAtOnce }, hold));
    const seconds = (performance.now() - from) / 1_000;
    await agent.close();

    const counted = { winners: answers.filter(({ won }) => won).length, ...(await countConfirmed(database)) };
    log(`${contests} contested bookings, ${counted.winners} winners, ${counted.overlaps} overlaps`);
    if (counted.winners !== contests || counted.confirmed !== contests || counted.overlaps > 0)
      throw new Error(`Not one winner each: ${JSON.stringify(counted)}`);
    const latencies = answers.map(({ latencyMs }) => latencyMs);
    return {
      name: 'race',
      unit: 'winners',
      ours: counted.winners,
      reference: contests,
      ratio: rounded(counted.winners / contests),
      p50: percentile(latencies, 50),
      p99: percentile(latencies, 99),
      details: { contests, rivals, instances, providers, ...counted, perSecond: rounded(answers.length / seconds) },
    };
  } finally {
    await stack.stop();
    await servers.stop();
  }
};

type Answer = { won: boolean; latencyMs: number };

/** Any response but a confirmation or `window-taken` ends the benchmark, deadlocks included. */
function confirmAll(agent: Agent, doors: readonly string[], contest: Contest): Promise<Answer[]> {
  const { authorization, proposals } = contest;
  const confirm = async (id: string, index: number) => {
    const from = performance.now();
    const { statusCode, body } = await request(`${doors[index % doors.length]}/assignments/${id}/schedule/confirm`, {
      method: 'POST',
      headers: { authorization },
      dispatcher: agent,
    });
    const text = await body.text();
    if (statusCode !== 200 && !text.includes('"window-taken"'))
      throw new Error(`A confirmation was answered ${statusCode}: ${text}`);
    return { won: statusCode === 200, latencyMs: performance.now() - from };
  };
  return Promise.all(proposals.map(confirm));
}

/**
 * Contests of a provider are 12 hours apart. The windows of a contest all overlap and differ in
 * length.
 */
async function seedContests(database: pg.Client, signedIn: readonly Provider[]): Promise<Contest[]> {
  await seedProposals(database, { providers: signedIn, count: contests * rivals });
  const { rows } = await database.query<{ provider_id: string; proposals: string[] }>(
    `with numbered as (
        select id, (row_number() over (partition by provider_id order by id) - 1) / $1 as contest from assignment),
      moved as (
        update assignment set
            scheduled_start = now() + make_interval(hours => 24 + 12 * contest::int) - random() * interval '4 hours',
            scheduled_end = now() + make_interval(hours => 24 + 12 * contest::int) + (random() + 0.2) * interval '4 hours',
            proposal_expires_at = now() + interval '12 hours'
          from numbered where numbered.id = assignment.id
          returning assignment.id, provider_id, contest)
      select provider_id, array_agg(id) as proposals from moved group by contest, provider_id order by contest`,
    [rivals],
  );
  await settleTables(database);
  const authorizations = new Map(signedIn.map(({ id, authorization }) => [id, authorization]));
  return rows.map(({ provider_id, proposals }) => ({
    authorization: authorizations.get(provider_id) ?? '',
    proposals,
  }));
}

async function countConfirmed(database: pg.Client): Promise<{ confirmed: number; overlaps: number }> {
  const { rows } = await database.query(
    `select count(*)::int as confirmed, (
          select count(*)::int from assignment a join assignment b on a.provider_id = b.provider_id and a.id < b.id
            where a.status = 'CONFIRMED' and b.status = 'CONFIRMED'
              and tstzrange(a.scheduled_start, a.scheduled_end) && tstzrange(b.scheduled_start, b.scheduled_end)) as overlaps
        from assignment where status = 'CONFIRMED'`,
  );
  return rows[0];
}
