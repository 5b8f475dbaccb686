import type { Attacked } from '../attacks/attacker.ts';
import { type AttackName, attacks as known } from '../attacks/attacks.ts';
import { askSteadily, type Observed } from '../attacks/honest-user.ts';
import type { Target } from '../attacks/open-connections.ts';
import { type BenchStack, startBenchServers, startBenchStack } from '../bench-stack.ts';
import { nextMessage, startChild, stopChild } from '../child.ts';
import type { LoadRequest } from '../load/run.ts';
import { cpuSeconds } from '../process-cpu.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';
import { look, seedProposals, settleTables, signIn } from '../seed.ts';

const secondsOfAttack = 10;
const secondsOfQuiet = 4;
/** Of the attacker, so that a page of them is long. */
const proposalsOfEach = 100;

/**
 * Measures what an honest user sees, 40 requests a second, while one address attacks the gateway,
 * the same one as the user's. It is compared to the quiet times around each attack, and to a
 * control that takes the attacker's CPU without connecting.
 */
export const attacksBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'attacks' });
  try {
    const [honest, attacker] = await signIn(servers.issuer, 2);
    if (!honest || !attacker) throw new Error('Nobody is signed in.');
    const providers = [honest, attacker];
    const proposals = await seedProposals(stack.database, { providers, count: 2 * proposalsOfEach });
    await settleTables(stack.database);
    const requests = proposals.filter(({ provider }) => provider === honest).map(look);

    // Warms everything up.
    await askSteadily(stack.url, requests, secondsOfQuiet);
    const details = [];
    for (const attack of namesOfAttacks()) {
      const target = { origin: stack.url, authorization: attacker.authorization };
      const found = await measure(stack, { attack, target, requests });
      details.push(found);
      log(`${attack}: ${JSON.stringify(found)}`);
    }
    const worst = details.reduce((one, other) => (other.ratio < one.ratio ? other : one));
    return {
      name: 'attacks',
      unit: 'p99, ms',
      ours: worst.p99,
      reference: worst.quietP99,
      ratio: worst.ratio,
      p50: worst.p50,
      p99: worst.p99,
      details: { refused: details.reduce((sum, { refused }) => sum + countOf(refused), 0), attacks: details },
    };
  } finally {
    await stack.stop();
    await servers.stop();
  }
};

/** All attacks, or those that `BENCH_ATTACKS` names, separated by commas. */
function namesOfAttacks(): AttackName[] {
  const wanted = process.env.BENCH_ATTACKS?.split(',');
  return (Object.keys(known) as AttackName[]).filter((name) => wanted?.includes(name) ?? true);
}

type Scenario = { attack: AttackName; target: Target; requests: readonly LoadRequest[] };

async function measure(stack: BenchStack, { attack, target, requests }: Scenario) {
  const ask = (seconds: number) => askSteadily(target.origin, requests, seconds);
  const quiet = [await ask(secondsOfQuiet)];
  const cpuBefore = await cpuOf(stack);
  const { seen, counts, cpuMs } = await beside('attacker.ts', { attack, ...target }, ask);
  const cpuAfter = await cpuOf(stack);
  quiet.push(await ask(secondsOfQuiet));
  const { seen: control } = await beside('burner.ts', cpuMs, ask);
  quiet.push(await ask(secondsOfQuiet));

  const p99 = p99Of([seen]);
  const quietP99 = p99Of(quiet);
  const controlP99 = p99Of([control]);
  return {
    attack,
    p50: rounded(percentile(seen.latenciesMs, 50)),
    p99: rounded(p99),
    quietP99: rounded(quietP99),
    controlP99: rounded(controlP99),
    ratio: rounded(quietP99 / p99),
    toControl: rounded(controlP99 / p99),
    refused: seen.refused,
    quietRefused: quiet.reduce((sum, { refused }) => sum + countOf(refused), 0),
    connections: counts,
    /** Seconds of CPU, of {@link secondsOfAttack}. */
    cpu: {
      attacker: rounded(cpuMs.reduce((sum, ms) => sum + ms, 0) / 1_000),
      gateway: rounded(cpuAfter.gateway - cpuBefore.gateway),
      scheduling: rounded(cpuAfter.scheduling - cpuBefore.scheduling),
    },
  };
}

/** Asks as the honest user from the start of a process of the bench on. */
async function beside(module: string, orders: object, ask: (seconds: number) => Promise<Observed>) {
  const child = startChild(new URL(`../attacks/${module}`, import.meta.url));
  try {
    const begun = nextMessage(child);
    child.send(orders);
    const [seen] = await Promise.all([ask(secondsOfAttack), begun]);
    if (module === 'burner.ts') return { seen, counts: { opened: 0, ended: 0 }, cpuMs: [] };
    const ended = nextMessage<Attacked>(child);
    child.send('end');
    return { seen, ...(await ended) };
  } finally {
    await stopChild(child);
  }
}

async function cpuOf({ processes }: BenchStack): Promise<{ gateway: number; scheduling: number }> {
  const of = async (name: 'gateway' | 'scheduling') =>
    (await cpuSeconds(processes.service(name).pid() ?? 0)) ?? Number.NaN;
  return { gateway: await of('gateway'), scheduling: await of('scheduling') };
}

function p99Of(seen: readonly Observed[]): number {
  return percentile(
    seen.flatMap(({ latenciesMs }) => latenciesMs),
    99,
  );
}

function countOf(refused: Observed['refused']): number {
  return Object.values(refused).reduce((sum, each) => sum + each, 0);
}
