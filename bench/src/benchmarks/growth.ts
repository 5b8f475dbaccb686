import { setTimeout as delay } from 'node:timers/promises';
import { type LoadGenerator, startLoadGenerator } from '../load/load-generator.ts';
import { type Figures, medianFigures } from '../load/run.ts';
import { type Benchmark, rounded } from '../result.ts';
import {
  confirmation,
  look,
  type Proposal,
  resetProposals,
  seedHistory,
  seedProposals,
  settleTables,
  signIn,
} from '../seed.ts';
import { type Ground, startGround, startWorld, type World } from '../world.ts';

const sizes = [1_000, 100_000, 1_000_000];
const rounds = 9;
const connections = 16;
/** Every table has these, whatever else is in it. */
const proposalCount = 1_000;
const requests = { confirm: confirmation, read: look };
/** So often each proposal is asked for in a round: a single pause of the collector must not be a hundredth of all answers. */
const times = { confirm: 1, read: 8 };
type Request = keyof typeof requests;

type Grown = { size: number; world: World; proposals: Proposal[]; figures: Record<Request, Figures[]> };

/**
 * Confirms and reads with 1,000, 100,000 and 1,000,000 assignments in the table, by stacks that stand side by side and take turns. What
 * follows from a confirmation is left out: it is the same at every size.
 */
export const growth: Benchmark = async (log) => {
  const ground = await startGround(log);
  const load = startLoadGenerator();
  const all: Grown[] = [];
  try {
    for (const size of sizes) all.push(await grow(ground, size, log));
    for (let round = 0; round <= rounds; round += 1) {
      for (const grown of all) await measure(load, grown, { counts: round > 0, log });
    }
    return summarise(all);
  } finally {
    await load.stop();
    for (const { world } of all) await world.stop();
    await ground.stop();
  }
};

async function grow(ground: Ground, size: number, log: (line: string) => void): Promise<Grown> {
  const world = await startWorld(ground, { name: `growth_${size}` });
  for (const name of ['payouts', 'reminders'] as const) await world.stack.service(name).stop();
  await seedHistory(world.database, size - proposalCount);
  const providers = await signIn(ground.issuer, 100);
  const proposals = await seedProposals(world.database, { providers, count: proposalCount });
  await settleTables(world.database);
  log(`${size} assignments are there`);
  return { size, world, proposals, figures: { confirm: [], read: [] } };
}

async function measure(
  load: LoadGenerator,
  { size, world, proposals, figures }: Grown,
  { counts, log }: { counts: boolean; log: (line: string) => void },
): Promise<void> {
  for (const name of ['read', 'confirm'] as const) {
    const once = proposals.map(requests[name]);
    const turn = await load.run({ origin: world.url, connections, requests: Array(times[name]).fill(once).flat() });
    log(`${size} assignments, ${name}: p50 ${turn.p50.toFixed(1)} ms, p99 ${turn.p99.toFixed(1)} ms`);
    if (counts) figures[name].push(turn);
  }
  await delay(1_000);
  await resetProposals(world.database);
  await settleTables(world.database);
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
