import { purgeDelivered, type Queryable } from '@punctual/chassis/postgres';
import { startServers } from '@punctual/devstack';
import { createTestLifecycle } from '@punctual/testkit';
import { fsync } from '../bench-stack.ts';
import { type Figures, medianFigures } from '../load/run.ts';
import { type Benchmark, rounded } from '../result.ts';
import { atRate } from '../retention/at-rate.ts';
import { fillOutbox } from '../retention/fill-outbox.ts';
import { createSchedulingDatabase, type SchedulingDatabase } from '../retention/scheduling-database.ts';
import { settleTables } from '../seed.ts';

const rounds = 5;
const load = { perSecond: 150, seconds: 10 };
const manyRows = 10_000_000;
/** What autovacuum takes. */
const vacuumPace = "set vacuum_cost_delay = '2ms'";

const phases = ['empty', 'full', 'cleaning', 'vacuuming', 'emptyAfter'] as const;
type Phase = (typeof phases)[number];

/**
 * Confirms at a fixed rate with an empty outbox and with one of ten million rows, in turns; then
 * with the full one while its old rows are deleted, and while they are deleted and vacuumed; then
 * once more with the empty one. The cleaning runs in this process, as in the service.
 */
export const retentionBenchmark: Benchmark = async (log, { rows = manyRows }) => {
  const servers = await startServers({ only: ['postgres'], log, fsync });
  const lifecycle = createTestLifecycle();
  try {
    const proposals = (1 + 3 * rounds) * load.perSecond * load.seconds;
    const create = (name: string) =>
      createSchedulingDatabase(servers.postgres.url, { name: `retention_${name}`, proposals, lifecycle });
    const [empty, full] = [await create('empty'), await create('full')];
    await fillOutbox(full.client, rows, log);
    for (const { client } of [empty, full]) await settleTables(client);

    const figures: Record<Phase, Figures[]> = { empty: [], full: [], cleaning: [], vacuuming: [], emptyAfter: [] };
    const measure = async (phase: Phase, { confirmNext }: SchedulingDatabase, counts = true) => {
      const turn = await atRate(load, confirmNext);
      log(`${phase}: p50 ${turn.p50.toFixed(1)} ms, p99 ${turn.p99.toFixed(1)} ms`);
      if (counts) figures[phase].push(turn);
    };
    for (let round = 0; round <= rounds; round += 1) {
      await measure('empty', empty, round > 0);
      await measure('full', full, round > 0);
    }
    const cleaning = startCleaning(full);
    for (let round = 0; round < rounds; round += 1) await measure('cleaning', full);
    const vacuuming = startVacuuming(full);
    for (let round = 0; round < rounds; round += 1) await measure('vacuuming', full);
    const vacuums = await vacuuming.stop();
    const deletedPerSecond = await cleaning.stop();
    for (let round = 0; round < rounds; round += 1) await measure('emptyAfter', empty);
    return summarise(figures, { rows, deletedPerSecond: rounded(deletedPerSecond), vacuums });
  } finally {
    await lifecycle.stop();
    await servers.stop();
  }
};

/** `stop` returns the rows deleted per second. */
function startCleaning({ database }: SchedulingDatabase): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const begun = performance.now();
  let deleted = 0;
  const counting: Queryable = {
    query: async <Row extends object>(sql: string, parameters?: readonly unknown[]) => {
      const rows = await database.query<Row>(sql, parameters);
      deleted += rows.length;
      return rows;
    },
  };
  const cleaning = purgeDelivered(counting, stopping.signal).then(() => stopping.signal.aborted);
  return {
    stop: async () => {
      const seconds = (performance.now() - begun) / 1_000;
      stopping.abort();
      if (!(await cleaning)) throw new Error(`All ${deleted} rows were deleted before the end: use more --rows.`);
      return deleted / seconds;
    },
  };
}

/** Vacuums again and again. `stop` returns how often. */
function startVacuuming({ client }: SchedulingDatabase): { stop(): Promise<number> } {
  let [isStopped, count] = [false, 0];
  const vacuum = async () => {
    await client.query(vacuumPace);
    for (; !isStopped; count += 1) await client.query('vacuum outbox');
  };
  const vacuuming = vacuum();
  return {
    stop: async () => {
      isStopped = true;
      await vacuuming;
      return count;
    },
  };
}

function summarise(figures: Record<Phase, Figures[]>, of: object) {
  const { empty, full, cleaning, vacuuming, emptyAfter } = Object.fromEntries(
    phases.map((phase) => [phase, medianFigures(figures[phase])]),
  ) as Record<Phase, Figures>;
  const worse = vacuuming.p99 > cleaning.p99 ? vacuuming : cleaning;
  const times = (figures: Figures) => rounded(figures.p99 / empty.p99);
  return {
    name: 'retention',
    unit: 'ms',
    ours: worse.p99,
    reference: empty.p99,
    ratio: rounded(empty.p99 / worse.p99),
    p50: worse.p50,
    p99: worse.p99,
    details: {
      ...of,
      rounds,
      ...load,
      timesEmpty: { full: times(full), cleaning: times(cleaning), vacuuming: times(vacuuming) },
      phases: { empty, full, cleaning, vacuuming, emptyAfter },
    },
  };
}
