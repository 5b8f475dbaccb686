import { type AttackName, attacks } from './attacks.ts';
import { type AttackCounts, sliceMs } from './open-connections.ts';

// A separate process, so that the attacker and the measuring user do not share an event loop.

export type Orders = { attack: AttackName; origin: string; authorization: string };

/** What an attack amounted to, and the CPU that each slice of {@link sliceMs} took to make it. */
export type Attacked = { counts: AttackCounts; cpuMs: number[] };

process.once('message', async ({ attack, ...target }: Orders) => {
  const cpuMs = recordCpu();
  const counts = await attacks[attack](target);
  process.send?.('begun');
  process.once('message', () => process.send?.({ counts, cpuMs } satisfies Attacked));
});
process.on('disconnect', () => process.exit());

/** Grows by one figure every {@link sliceMs}. */
function recordCpu(): number[] {
  const cpuMs: number[] = [];
  let last = process.cpuUsage();
  setInterval(() => {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    cpuMs.push((user + system) / 1_000);
  }, sliceMs);
  return cpuMs;
}
