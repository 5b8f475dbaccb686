import { setTimeout as delay } from 'node:timers/promises';
import { type BenchServers, type BenchStack, startBenchServers, startBenchStack } from '../bench-stack.ts';
import { type LoadGenerator, startLoadGenerator } from '../load/load-generator.launch.ts';
import { type Figures, medianFigures } from '../load/run.ts';
import { type Benchmark, rounded } from '../result.ts';
import {
  confirmation,
  look,
  resetProposals,
  type SeededProposal,
  seedHistory,
  seedProposals,
  settleTables,
  signIn,
} from '../seed.ts';

const sizes = [1_000, 100_000, 1_000_000];
const rounds = 9;
const connections = 16;
/** Rows that every table has, whatever its size. */
const proposalCount = 1_000;
const requests = { confirm: confirmation, read: look };
/**
 * Reads of each proposal in a round: enough that one pause of the garbage collector is below 1% of
 * the responses.
 */
const times = { confirm: 1, read: 8 };
type Request = keyof typeof requests;

type Grown = { size: number; stack: BenchStack; proposals: SeededProposal[]; figures: Record<Request, Figures[]> };

/**
 * Confirms and reads with 1,000, 100,000 and 1,000,000 assignments in the table, on stacks that run
 * side by side and alternate. Payouts and reminders are stopped: their cost does not depend on the
 * size.
 */
export const growthBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const load = startLoadGenerator();
  const all: Grown[] = [];
  try {
    for (const size of sizes) all.push(await grow(servers, size, log));
    for (let round = 0; round <= rounds; round += 1) {
      for (const grown of all) await measure(load, grown, { counts: round > 0, log });
    }
    return summarise(all);
  } finally {
    await load.stop();
    for (const { stack } of all) await stack.stop();
    await servers.stop();
  }
};

async function grow(servers: BenchServers, size: number, log: (line: string) => void): Promise<Grown> {
  const stack = await startBenchStack(servers, { name: `growth_${size}` });
  for (const name of ['payouts', 'reminders'] as const) await stack.processes.service(name).stop();
  await seedHistory(stack.database, size - proposalCount);
  const providers = await signIn(servers.issuer, 100);
  const proposals = await seedProposals(stack.database, { providers, count: proposalCount });
  await settleTables(stack.database);
  log(`${size} assignments are there`);
  return { size, stack, proposals, figures: { confirm: [], read: [] } };
}

async function measure(
  load: LoadGenerator,
  { size, stack, proposals, figures }: Grown,
  { counts, log }: { counts: boolean; log: (line: string) => void },
): Promise<void> {
  for (const name of ['read', 'confirm'] as const) {
    const once = proposals.map(requests[name]);
    const turn = await load.run({ origin: stack.url, connections, requests: Array(times[name]).fill(once).flat() });
    log(`${size} assignments, ${name}: p50 ${turn.p50.toFixed(1)} ms, p99 ${turn.p99.toFixed(1)} ms`);
    if (counts) figures[name].push(turn);
  }
  await delay(1_000);
  await resetProposals(stack.database);
  await settleTables(stack.database);
}

function summarise(all: readonly Grown[]) {
  const details = all.map(({ size, figures }) => ({
    assignments: size,
    confirm: medianFigures(figures.confirm),
    read: medianFigures(figures.read),
  }));
  const [smallest, largest] = [details.at(0), details.at(-1)];
  if (!smallest || !largest) throw new Error('There is nothing to compare.');
  const ratioOf = (request: Request) => rounded(smallest[request].p99 / largest[request].p99);
  const worse = ratioOf('confirm') < ratioOf('read') ? 'confirm' : 'read';
  return {
    name: 'growth',
    unit: 'ms',
    ours: largest[worse].p99,
    reference: smallest[worse].p99,
    ratio: ratioOf(worse),
    p50: largest[worse].p50,
    p99: largest[worse].p99,
    details: {
      rounds,
      connections,
      worse,
      ratios: { confirm: ratioOf('confirm'), read: ratioOf('read') },
      sizes: details,
    },
  };
}
