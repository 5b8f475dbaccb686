import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BenchServers, type BenchStack, startBenchServers, startBenchStack } from '../bench-stack.ts';
import { type LoadGenerator, startLoadGenerator } from '../load/load-generator.launch.ts';
import { medianFigures } from '../load/run.ts';
import { cpuSeconds } from '../process-cpu.ts';
import { type Benchmark, median, rounded } from '../result.ts';
import { confirmation, type SeededProposal, seedProposals, settleTables, signIn } from '../seed.ts';

const rounds = 5;
const connections = 16;
const requestsOfARound = 600;
const services = ['gateway', 'scheduling', 'payouts', 'reminders'] as const;

/** The share of traces that is sampled; `off`: no telemetry at all. */
const modes = ['off', '0', '0.01', '1'] as const;
type Mode = (typeof modes)[number];

type Round = { perSecond: number; p50: number; p99: number; cpuMs: number };
type Subject = { mode: Mode; stack: BenchStack; proposals: Iterator<SeededProposal> & IteratorObject<SeededProposal> };

/**
 * What telemetry costs a confirmation: four systems side by side, one without telemetry and three
 * that send metrics and this share of their traces to a collector that discards them. They take
 * turns. The result compares the CPU of all services per confirm, which other load disturbs least:
 * `off` divided by 1 %.
 */
export const telemetryBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const collector = await startSink();
  const load = startLoadGenerator();
  const subjects: Subject[] = [];
  try {
    for (const mode of modes) subjects.push(await startSubject(servers, mode, collector.url));
    const measured = new Map<Mode, Round[]>(modes.map((mode) => [mode, []]));
    for (let round = 0; round <= rounds; round += 1) {
      // Another one begins each round, so that none always follows the same one.
      for (const subject of rotated(subjects, round)) {
        const figures = await measure(load, subject);
        log(`${round === 0 ? 'warm-up' : `round ${round}`}, ${subject.mode}: ${JSON.stringify(figures)}`);
        if (round > 0) measured.get(subject.mode)?.push(figures);
      }
    }
    return toResult(measured, collector.bytes());
  } finally {
    await load.stop();
    for (const { stack } of subjects) await stack.stop();
    await collector.stop();
    await servers.stop();
  }
};

async function startSubject(servers: BenchServers, mode: Mode, collector: string): Promise<Subject> {
  const name = `telemetry_${mode.replace('.', '')}`;
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: mode,
  };
  const stack = await startBenchStack(servers, {
    name,
    // Four systems share the machine: none is to refuse what the others delay.
    environment: { MAX_EVENT_LOOP_DELAY_MS: '60000', ...(mode !== 'off' && environment) },
  });
  const providers = await signIn(servers.issuer, 300);
  const count = (rounds + 1) * requestsOfARound;
  const proposals = await seedProposals(stack.database, { providers, count });
  await settleTables(stack.database);
  return { mode, stack, proposals: proposals.values() };
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
async function cpuOf({ processes }: BenchStack): Promise<number> {
  const seconds = await Promise.all(services.map((name) => cpuSeconds(processes.service(name).pid() ?? 0)));
  return seconds.reduce<number>((sum, each) => sum + (each ?? Number.NaN) * 1_000, 0);
}

function toResult(measured: ReadonlyMap<Mode, Round[]>, collectorBytes: number) {
  const cpu = (mode: Mode) => median((measured.get(mode) ?? []).map(({ cpuMs }) => cpuMs));
  const byShare = modes.map((mode) => [
    mode,
    {
      ...medianFigures(measured.get(mode) ?? []),
      cpuMs: rounded(cpu(mode)),
      costs: rounded(cpu(mode) / cpu('off') - 1),
    },
  ]);
  const { p50, p99 } = medianFigures(measured.get('0.01') ?? []);
  return {
    name: 'telemetry',
    unit: 'ms of CPU per confirm',
    ours: rounded(cpu('0.01')),
    reference: rounded(cpu('off')),
    ratio: rounded(cpu('off') / cpu('0.01')),
    p50,
    p99,
    details: { bySampledShare: Object.fromEntries(byShare), collectorBytes },
  };
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** A collector that discards everything, in this process, whose CPU is not measured. */
async function startSink() {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => response.setHeader('content-type', 'application/x-protobuf').end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: () => bytes,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
