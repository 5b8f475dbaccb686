import { startBenchServers, startBenchStack } from '../bench-stack.ts';
import { compareRates } from '../load/compare-rates.ts';
import { startLoadGenerator } from '../load/load-generator.launch.ts';
import { copyRows, startReferenceServer } from '../reference/server.launch.ts';
import type { Benchmark } from '../result.ts';
import { look, seedProposals, settleTables, signIn } from '../seed.ts';

const rounds = 3;
const connections = [16, 64];
const requestsOfARound = 4_000;

/**
 * Reads proposals, the most expensive assignments to read because of their `actions`, through the
 * gateway; and the same rows from the reference server.
 */
export const readBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'read' });
  const referenceServer = await startReferenceServer(stack.database, stack.databaseUrl);
  const load = startLoadGenerator();
  try {
    const providers = await signIn(servers.issuer, 300);
    const proposals = await seedProposals(stack.database, { providers, count: requestsOfARound });
    await copyRows(stack.database);
    await settleTables(stack.database);
    const requests = proposals.map(look);
    return await compareRates({
      name: 'read',
      rounds,
      connections,
      log,
      ours: (connections) => load.run({ origin: stack.url, connections, requests }),
      reference: (connections) => load.run({ origin: referenceServer.url, connections, requests }),
    });
  } finally {
    await load.stop();
    await referenceServer.stop();
    await stack.stop();
    await servers.stop();
  }
};
