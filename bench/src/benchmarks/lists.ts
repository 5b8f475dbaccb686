import { randomUUID } from 'node:crypto';
import { type BenchServers, type BenchStack, startBenchServers, startBenchStack } from '../bench-stack.ts';
import { assignments } from '../lists/assignments.ts';
import { jobs } from '../lists/jobs.ts';
import type { List, Readers } from '../lists/list.ts';
import { payouts } from '../lists/payouts.ts';
import { type LoadGenerator, startLoadGenerator } from '../load/load-generator.launch.ts';
import { type Figures, medianFigures } from '../load/run.ts';
import { type Benchmark, rounded } from '../result.ts';

const lists: Readonly<Record<string, List>> = { assignments, jobs, payouts };
const sizes = [1_000, 1_000_000] as const;
const rounds = 5;
const connections = 4;
/** In each round, for each path and reader. */
const reads = 200;

type Grown = { stack: BenchStack; readers: Record<string, Readers>; figures: Map<string, Figures[]> };

/**
 * Reads every list with 1,000 and with 1,000,000 rows, on stacks that run side by side and
 * alternate. It asks the services themselves: at the gateway one reader would reach the limits of a
 * user.
 */
export const listsBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const load = startLoadGenerator();
  const all: Grown[] = [];
  try {
    for (const size of sizes) all.push(await grow(servers, size, log));
    for (let round = 0; round <= rounds; round += 1) {
      log(`Round ${round} of ${rounds}`);
      await measure(load, all, { counts: round > 0 });
    }
    return summarise(all);
  } finally {
    await load.stop();
    for (const { stack } of all) await stack.stop();
    await servers.stop();
  }
};

async function grow(servers: BenchServers, size: number, log: (line: string) => void): Promise<Grown> {
  const stack = await startBenchStack(servers, { name: `lists_${size}` });
  await stack.processes.service('reminders').stop();
  const reader = async (roles: readonly string[]) => {
    const id = randomUUID();
    return { id, authorization: `Bearer ${await servers.issuer.token({ sub: id, roles: [...roles] })}` };
  };
  const readers: Grown['readers'] = {};
  for (const [name, { service, roles, seed }] of Object.entries(lists)) {
    const of: Readers = { busy: await reader(roles), usual: await reader(roles), ops: await reader(['ops']) };
    await seed(stack.databases[service], size, of);
    readers[name] = of;
    log(`${size} ${name} are there`);
  }
  for (const database of Object.values(stack.databases)) {
    await database.query('vacuum analyze');
    await database.query('checkpoint');
  }
  return { stack, readers, figures: new Map() };
}

/** The sizes alternate for each path, so that other load on the machine affects both. */
async function measure(load: LoadGenerator, all: readonly Grown[], { counts }: { counts: boolean }): Promise<void> {
  for (const [list, { service, paths }] of Object.entries(lists)) {
    for (const [asked, path] of Object.entries(paths)) {
      for (const who of ['busy', 'usual', 'ops'] as const) {
        for (const { stack, readers, figures } of all) {
          const authorization = readers[list]?.[who].authorization ?? '';
          const requests = Array(reads).fill({ method: 'GET', path, authorization });
          const turn = await load.run({ origin: stack.processes.addresses.urls[service], connections, requests });
          const name = `${list}, ${asked}, ${who}`;
          if (counts) figures.set(name, [...(figures.get(name) ?? []), turn]);
        }
      }
    }
  }
}

function summarise([small, large]: readonly Grown[]) {
  const details = [...(small?.figures ?? [])].map(([name, figures]) => {
    const [few, many] = [medianFigures(figures), medianFigures(large?.figures.get(name) ?? [])];
    return { name, ratio: rounded(few.p99 / many.p99), few, many };
  });
  const worst = details.toSorted((a, b) => a.ratio - b.ratio)[0];
  if (!worst) throw new Error('There is nothing to compare.');
  return {
    name: 'lists',
    unit: 'ms',
    ours: worst.many.p99,
    reference: worst.few.p99,
    ratio: worst.ratio,
    p50: worst.many.p50,
    p99: worst.many.p99,
    details: { rounds, connections, reads, worst: worst.name, lists: details },
  };
}
