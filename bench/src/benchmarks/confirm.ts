import { copyRows, startBareServer } from '../bare/bare-server.ts';
import { compareRates } from '../load/compare-rates.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import type { Benchmark } from '../result.ts';
import { confirmation, seedProposals, settleTables, signIn } from '../seed.ts';
import { startGround, startWorld } from '../world.ts';

const rounds = 5;
const connections = [16, 64];
const requestsOfARound = 1_500;

/**
 * Confirms proposals through the gateway, while everything that follows from it happens too (outbox, payouts, reminders), and by a bare
 * server that writes the same rows. Each round confirms proposals of its own.
 */
export const confirm: Benchmark = async (log) => {
  const ground = await startGround(log);
  const world = await startWorld(ground, { name: 'confirm' });
  const bare = await startBareServer(world.database, world.databaseUrl);
  const load = startLoadGenerator();
  try {
    const providers = await signIn(ground.issuer, 300);
    const count = connections.length * (rounds + 1) * requestsOfARound;
    const proposals = await seedProposals(world.database, { providers, count });
    await copyRows(world.database);
    await settleTables(world.database);
    const waiting = { ours: proposals.values(), reference: proposals.values() };
    const next = (whose: keyof typeof waiting) => [...waiting[whose].take(requestsOfARound)].map(confirmation);

    return await compareRates({
      name: 'confirm',
      rounds,
      connections,
      log,
      ours: async (connections) => {
        const figures = await load.run({ origin: world.url, connections, requests: next('ours') });
        await world.settled();
        return figures;
      },
      reference: (connections) => load.run({ origin: bare.url, connections, requests: next('reference') }),
    });
  } finally {
    await load.stop();
    await bare.stop();
    await world.stop();
    await ground.stop();
  }
};
