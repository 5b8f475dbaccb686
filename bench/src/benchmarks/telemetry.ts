import { readFile } from 'node:fs/promises';
import { smallHeap } from '@punctual/devstack';
import { type BenchServers, type BenchStack, startBenchServers, startBenchStack } from '../bench-stack.ts';
import { type LoadGenerator, startLoadGenerator } from '../load/load-generator.launch.ts';
import { medianFigures } from '../load/run.ts';
import { cpuSeconds } from '../process-cpu.ts';
import { type Benchmark, median, rounded } from '../result.ts';
import { confirmation, type SeededProposal, seedProposals, settleTables, signIn } from '../seed.ts';
import { startSink } from '../telemetry/collector-sink.ts';

const warmUps = 2;
const rounds = 8;
const connections = 16;
const requestsOfARound = 600;
const services = ['gateway', 'scheduling', 'payouts', 'reminders'] as const;
const withoutTelemetry = new URL('../telemetry/without-telemetry.ts', import.meta.url);

/**
 * The share of traces that is sampled. `off`: no setting of OpenTelemetry. `removed`: the same, and
 * the code of telemetry is replaced by nothing.
 */
const modes = ['removed', 'off', '0', '0.01', '1'] as const;
type Mode = (typeof modes)[number];

type Round = { perSecond: number; p50: number; p99: number; cpuMs: number };
type Subject = {
  mode: Mode;
  stack: BenchStack;
  proposals: Iterator<SeededProposal> & IteratorObject<SeededProposal>;
  /** Of all services, before their first request. */
  memoryMb: number;
  measured: Round[];
};

/**
 * What telemetry costs a confirmation: systems side by side, one whose code has no telemetry, one
 * without settings for it, and three that send metrics and a share of their traces to a collector
 * that discards them. They take turns. The result compares the CPU of all services per confirm in
 * the same round, which other load disturbs least: `off` divided by 1 %.
 */
export const telemetryBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const collector = await startSink();
  const load = startLoadGenerator();
  const subjects: Subject[] = [];
  try {
    for (const mode of modes) subjects.push(await startSubject(servers, mode, collector.url));
    for (let round = 1 - warmUps; round <= rounds; round += 1) {
      // Another one begins each round, so that none always follows the same one.
      for (const subject of rotated(subjects, round + warmUps)) {
        const figures = await measure(load, subject);
        log(`${round < 1 ? 'warm-up' : `round ${round}`}, ${subject.mode}: ${JSON.stringify(figures)}`);
        if (round > 0) subject.measured.push(figures);
      }
    }
    return toResult(subjects, collector.bytes());
  } finally {
    await load.stop();
    for (const { stack } of subjects) await stack.stop();
    await collector.stop();
    await servers.stop();
  }
};

async function startSubject(servers: BenchServers, mode: Mode, collector: string): Promise<Subject> {
  const name = `telemetry_${mode.replace('.', '')}`;
  const stack = await startBenchStack(servers, {
    name,
    // Several systems share the machine: none is to refuse what the others delay.
    environment: { MAX_EVENT_LOOP_DELAY_MS: '60000', ...settings(mode, collector) },
  });
  const providers = await signIn(servers.issuer, 300);
  const count = (warmUps + rounds) * requestsOfARound;
  const proposals = await seedProposals(stack.database, { providers, count });
  await settleTables(stack.database);
  return { mode, stack, proposals: proposals.values(), memoryMb: await memoryOf(stack), measured: [] };
}

function settings(mode: Mode, collector: string): Record<string, string> {
  if (mode === 'off') return {};
  if (mode === 'removed') return { NODE_OPTIONS: `${smallHeap} --import ${withoutTelemetry}` };
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: mode,
  };
}

/** Confirms proposals, and waits until all that follows from them is done. */
async function measure(load: LoadGenerator, { stack, proposals }: Subject): Promise<Round> {
  const requests = [...proposals.take(requestsOfARound)].map(confirmation);
  const before = await cpuOf(stack);
  const run = await load.run({ origin: stack.url, connections, requests });
  await stack.settled();
  const cpuMs = rounded(((await cpuOf(stack)) - before) / requestsOfARound);
  const { perSecond, p50, p99 } = run;
  return { perSecond: rounded(perSecond), p50: rounded(p50), p99: rounded(p99), cpuMs };
}

/** CPU of all services so far, in milliseconds. */
async function cpuOf(stack: BenchStack): Promise<number> {
  const seconds = await Promise.all(pidsOf(stack).map(cpuSeconds));
  return seconds.reduce<number>((sum, each) => sum + (each ?? Number.NaN) * 1_000, 0);
}

/** Memory of all services that no file backs. */
async function memoryOf(stack: BenchStack): Promise<number> {
  const states = await Promise.all(pidsOf(stack).map((pid) => readFile(`/proc/${pid}/status`, 'utf8')));
  return states.reduce((sum, each) => sum + Number(/^RssAnon:\s+(\d+) kB$/m.exec(each)?.[1]) / 1024, 0);
}

function pidsOf({ processes }: BenchStack): number[] {
  return services.map((name) => processes.service(name).pid() ?? 0);
}

function toResult(subjects: readonly Subject[], collectorBytes: number) {
  const measuredIn = (mode: Mode) => subjects.find((subject) => subject.mode === mode)?.measured ?? [];
  const cpu = (mode: Mode) => median(measuredIn(mode).map(({ cpuMs }) => cpuMs));
  /** The median of the rounds: CPU with one mode for each ms with another. */
  const ratio = (mode: Mode, to: Mode) =>
    median(measuredIn(mode).map(({ cpuMs }, round) => cpuMs / (measuredIn(to)[round]?.cpuMs ?? Number.NaN)));
  const byShare = subjects.map(({ mode, measured, memoryMb }) => [
    mode,
    {
      ...medianFigures(measured),
      cpuMs: rounded(cpu(mode)),
      costs: rounded(ratio(mode, mode === 'off' ? 'removed' : 'off') - 1),
      memoryMb: rounded(memoryMb),
    },
  ]);
  const { p50, p99 } = medianFigures(measuredIn('0.01'));
  return {
    name: 'telemetry',
    unit: 'ms of CPU per confirm',
    ours: rounded(cpu('0.01')),
    reference: rounded(cpu('off')),
    ratio: rounded(1 / ratio('0.01', 'off')),
    p50,
    p99,
    details: { bySampledShare: Object.fromEntries(byShare), collectorBytes },
  };
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
