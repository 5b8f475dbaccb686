import { copyRows, startBareServer } from '../bare/bare-server.ts';
import { compareRates } from '../load/compare-rates.ts';
import { startLoadGenerator } from '../load/load-generator.ts';
import type { Benchmark } from '../result.ts';
import { confirmation, seedProposals, settleTables, signIn } from '../seed.ts';
import { startGround, startWorld } from '../world.ts';

const rounds = 3;
const connections = [16, 64];
const requestsOfARound = 1200;

/**
 * Confirms proposals through the gateway, while everything that follows from it happens too (outbox, payouts, reminders), and by a bare
 * server that writes the same rows. Each round confirms proposals of its own. The details tell of the same with payouts and reminders
 * stopped: on one machine they compete with what is measured.
 */
export const confirm: Benchmark = async (log) => {
  const ground = await startGround(log);
  const world = await startWorld(ground, { name: 'confirm' });
  const bare = await startBareServer(world.database, world.databaseUrl);
  const load = startLoadGenerator();
  try {
    const providers = await signIn(ground.issuer, 300);
    const count = 2 * connections.length * (rounds + 1) * requestsOfARound;
    const proposals = await seedProposals(world.database, { providers, count });
    await copyRows(world.database);
    await settleTables(world.database);
    const waiting = { ours: proposals.values(), reference: proposals.values() };
    const next = (whose: keyof typeof waiting) => [...waiting[whose].take(requestsOfARound)].map(confirmation);

    const reference = (connections: number) => load.run({ origin: bare.url, connections, requests: next('reference') });
    const ours = (connections: number) => load.run({ origin: world.url, connections, requests: next('ours') });
    const whole = await compareRates({
      name: 'confirm',
      rounds,
      connections,
      log,
      reference,
      ours: async (connections) => {
        const figures = await ours(connections);
        await world.settled();
        return figures;
      },
    });
    log('and without the consumers, which elsewhere have processors of their own:');
    for (const name of ['payouts', 'reminders'] as const) await world.stack.service(name).stop();
    const { details } = await compareRates({ name: 'confirm', rounds, connections, log, reference, ours });
    return { ...whole, details: { ...whole.details, withoutConsumers: details.connections } };
  } finally {
    await load.stop();
    await bare.stop();
    await world.stop();
    await ground.stop();
  }
};
