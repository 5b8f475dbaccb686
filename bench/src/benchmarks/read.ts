import { copyRows, startBareServer } from '../bare/bare-server.ts';
import { compareRates } from '../load/compare-rates.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import type { Benchmark } from '../result.ts';
import { look, seedProposals, settleTables, signIn } from '../seed.ts';
import { startGround, startWorld } from '../world.ts';

const rounds = 3;
const connections = [16, 64];
const requestsOfARound = 4_000;

/** Reads proposals, which cost the most to read (may they be confirmed?), through the gateway, and the same rows from a bare server. */
export const read: Benchmark = async (log) => {
  const ground = await startGround(log);
  const world = await startWorld(ground, { name: 'read' });
  const bare = await startBareServer(world.database, world.databaseUrl);
  const load = startLoadGenerator();
  try {
    const providers = await signIn(ground.issuer, 300);
    const proposals = await seedProposals(world.database, { providers, count: requestsOfARound });
    await copyRows(world.database);
    await settleTables(world.database);
    const requests = proposals.map(look);
    return await compareRates({
      name: 'read',
      rounds,
      connections,
      log,
      ours: (connections) => load.run({ origin: world.url, connections, requests }),
      reference: (connections) => load.run({ origin: bare.url, connections, requests }),
    });
  } finally {
    await load.stop();
    await bare.stop();
    await world.stop();
    await ground.stop();
  }
};
