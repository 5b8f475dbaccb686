import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, smallHeap, startServers } from '@punctual/devstack';
import { type BenchStack, fsync, startBenchServers, startBenchStack } from '../bench-stack.ts';
import { reportedAfterMs } from '../cost/database-work.ts';
import { heaviest } from '../cost/heaviest.ts';
import { type Counts, costsOf, count, countRows, trafficOf, workOf } from '../cost/measure.ts';
import { type Cost, printCost, total } from '../cost/print.ts';
import { inspectable, startProfiler } from '../cost/profiler.ts';
import { openRig, type Rig, services } from '../cost/rig.ts';
import { startLoadGenerator } from '../load/load-generator.launch.ts';
import type { Figures } from '../load/run.ts';
import { mapValues } from '../map-values.ts';
import { type Benchmark, rounded } from '../result.ts';
import { confirmation, seedProposals, settleTables, signIn } from '../seed.ts';

const connections = [16, 64];
const confirms = Number(process.env.BENCH_CONFIRMS ?? 4_800);
const warmUp = confirms / 4;
const idleSeconds = 20;

/** Confirms so many proposals and waits until all that follows is done. */
type Confirm = (connections: number, count: number) => Promise<Figures>;

/**
 * What one confirm through the gateway costs with all that follows from it, by process: CPU, socket
 * writes, messages, commits, rows and bytes of the write-ahead log. Each service has a PostgreSQL of
 * its own. `ours` is the CPU of the services at the most connections, `reference` that of the servers.
 */
export const costBenchmark: Benchmark = async (log, { profile = false }) => {
  const servers = await startBenchServers(log);
  const payoutsPostgres = await startServers({ only: ['postgres'], log, fsync });
  const monitorPort = await freePort();
  const stack = await startBenchStack(servers, {
    name: 'cost',
    payoutsPostgres: payoutsPostgres.postgres.url,
    natsConfig: `http: "127.0.0.1:${monitorPort}"`,
    environment: {
      // CPU is what counts, so that a busy machine is no reason to refuse.
      MAX_EVENT_LOOP_DELAY_MS: '60000',
      UPSTREAM_CONNECT_TIMEOUT_MS: '60000',
      UPSTREAM_TIMEOUT_MS: '60000',
      ...(profile && { NODE_OPTIONS: `${smallHeap} ${inspectable}` }),
    },
  });
  const load = startLoadGenerator();
  const rig = await openRig({
    servers: servers.servers,
    stack,
    payoutsPostgres: payoutsPostgres.postgres.url,
    monitor: `http://127.0.0.1:${monitorPort}`,
  });
  try {
    const providers = await signIn(servers.issuer, 300);
    const rounds = connections.length + (profile ? 1 : 0);
    const proposals = await seedProposals(stack.database, { providers, count: warmUp + rounds * confirms });
    await settleTables(stack.database);
    const waiting = proposals.values();
    const confirm: Confirm = async (connections, count) => {
      const requests = [...waiting.take(count)].map(confirmation);
      const figures = await load.run({ origin: stack.url, connections, requests });
      await stack.settled();
      return figures;
    };
    log('Warming up');
    await confirm(Math.max(...connections), warmUp);
    await delay(reportedAfterMs);
    const idle = { before: await count(rig) };
    await delay(idleSeconds * 1_000);
    const rest = { ...idle, after: await count(rig) };

    const costs: (Cost & Figures)[] = [];
    for (const each of connections) {
      const cost = await measure(rig, rest, () => confirm(each, confirms));
      costs.push({ connections: each, ...cost });
      printCost({ connections: each, ...cost }, log);
    }
    if (profile) await recordProfiles(stack, () => confirm(Math.max(...connections), confirms), log);
    return toResult(costs);
  } finally {
    await rig.stop();
    await load.stop();
    await stack.stop();
    await payoutsPostgres.stop();
    await servers.stop();
  }
};

async function measure(rig: Rig, rest: { before: Counts; after: Counts }, confirm: () => Promise<Figures>) {
  const rowsBefore = await countRows(rig);
  const before = await count(rig);
  const from = performance.now();
  const figures = await confirm();
  const seconds = (performance.now() - from) / 1_000;
  const after = await count(rig);
  await delay(reportedAfterMs);
  const rowsAfter = await countRows(rig);
  const [names, scale] = [Object.keys(rig.parts), 1 / confirms];
  return {
    ...figures,
    parts: costsOf(names, before, after, scale),
    atRest: costsOf(names, rest.before, rest.after, (scale * seconds) / idleSeconds),
    traffic: trafficOf(before, after, scale),
    databases: mapValues(rowsAfter, (work, name) => workOf(rowsBefore[name] ?? work, work, scale)),
  };
}

/** Writes a profile of each service, and prints where it spent the most. */
async function recordProfiles(stack: BenchStack, confirm: () => Promise<Figures>, log: (line: string) => void) {
  const stops = await Promise.all(services.map((name) => startProfiler(join(stack.logDir, `${name}.log`))));
  await confirm();
  for (const [index, name] of services.entries()) {
    const profile = await stops[index]?.();
    if (!profile) continue;
    const file = join(stack.logDir, `${name}.cpuprofile`);
    await writeFile(file, JSON.stringify(profile));
    const { busyMs, functions, packages } = heaviest(profile);
    log(`\n| ${name} (${file}) | self |\n|---|---|`);
    for (const { name, ms } of [...functions.slice(0, 10), ...packages.slice(0, 10)]) {
      log(`| ${name} | ${((100 * ms) / busyMs).toFixed(1)} % |`);
    }
  }
}

function toResult(costs: readonly (Cost & Figures)[]) {
  const most = costs.at(-1);
  if (!most) throw new Error('Nothing was measured');
  const cpuOf = (names: readonly string[]) => names.reduce((sum, name) => sum + (most.parts[name]?.cpuMs ?? 0), 0);
  const ours = rounded(cpuOf(services));
  const reference = rounded(total(most.parts).cpuMs - ours);
  return {
    name: 'cost',
    unit: 'ms of CPU for each confirm',
    ours,
    reference,
    ratio: rounded(reference / ours),
    p50: rounded(most.p50),
    p99: rounded(most.p99),
    details: { confirms, costs },
  };
}
