import { type BenchStack, startBenchServers, startBenchStack } from '../bench-stack.ts';
import { compareRates } from '../load/compare-rates.ts';
import { startLoadGenerator } from '../load/load-generator.launch.ts';
import { cpuSeconds } from '../process-cpu.ts';
import { copyRows, startReferenceServer } from '../reference/server.launch.ts';
import { type Benchmark, rounded } from '../result.ts';
import { confirmation, seedProposals, settleTables, signIn } from '../seed.ts';

const rounds = 3;
const connections = [16, 64];
const requestsOfARound = 1200;

type ServiceCpu = Record<'gateway' | 'scheduling' | 'payouts' | 'reminders', number>;

/**
 * Confirms proposals through the gateway while outbox, payouts and reminders process the events,
 * and through a reference server that writes the same rows. Each round confirms new proposals.
 * `details` has the same with payouts and reminders stopped, because on one machine they compete
 * for CPU, and the CPU per confirm.
 */
export const confirmBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'confirm' });
  const referenceServer = await startReferenceServer(stack.database, stack.databaseUrl);
  const load = startLoadGenerator();
  try {
    const providers = await signIn(servers.issuer, 300);
    const count = 2 * connections.length * (rounds + 1) * requestsOfARound;
    const proposals = await seedProposals(stack.database, { providers, count });
    await copyRows(stack.database);
    await settleTables(stack.database);
    const waiting = { ours: proposals.values(), reference: proposals.values() };
    const next = (whose: keyof typeof waiting) => [...waiting[whose].take(requestsOfARound)].map(confirmation);

    const reference = (connections: number) =>
      load.run({ origin: referenceServer.url, connections, requests: next('reference') });
    const ours = (connections: number) => load.run({ origin: stack.url, connections, requests: next('ours') });
    const cpuBefore = await readServiceCpu(stack);
    const whole = await compareRates({
      name: 'confirm',
      rounds,
      connections,
      log,
      reference,
      ours: async (connections) => {
        const figures = await ours(connections);
        await stack.settled();
        return figures;
      },
    });
    const confirmed = connections.length * (rounds + 1) * requestsOfARound;
    const cpuMsPerConfirm = perConfirm(cpuBefore, await readServiceCpu(stack), confirmed);
    log(`CPU per confirm in ms: ${JSON.stringify(cpuMsPerConfirm)}`);
    log('Without the consumers, which elsewhere have their own processors:');
    for (const name of ['payouts', 'reminders'] as const) await stack.processes.service(name).stop();
    const { details } = await compareRates({ name: 'confirm', rounds, connections, log, reference, ours });
    return { ...whole, details: { ...whole.details, withoutConsumers: details.connections, cpuMsPerConfirm } };
  } finally {
    await load.stop();
    await referenceServer.stop();
    await stack.stop();
    await servers.stop();
  }
};

async function readServiceCpu({ processes }: BenchStack): Promise<ServiceCpu> {
  const seconds = async (name: keyof ServiceCpu) =>
    (await cpuSeconds(processes.service(name).pid() ?? 0)) ?? Number.NaN;
  return {
    gateway: await seconds('gateway'),
    scheduling: await seconds('scheduling'),
    payouts: await seconds('payouts'),
    reminders: await seconds('reminders'),
  };
}

/** Milliseconds of CPU for each confirm, with everything that each service does for its events. */
function perConfirm(before: ServiceCpu, after: ServiceCpu, confirms: number): ServiceCpu & { total: number } {
  const ms = (name: keyof ServiceCpu) => rounded(((after[name] - before[name]) * 1_000) / confirms);
  const [gateway, scheduling, payouts, reminders] = [ms('gateway'), ms('scheduling'), ms('payouts'), ms('reminders')];
  return { gateway, scheduling, payouts, reminders, total: rounded(gateway + scheduling + payouts + reminders) };
}
