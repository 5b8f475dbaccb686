import { setTimeout as delay } from 'node:timers/promises';
import { sliceMs } from './open-connections.ts';

// The control of an attack: takes the CPU that the attacker took, slice by slice, and connects to
// nothing. It shows how much of an attack's effect comes from sharing a machine.

process.once('message', async (cpuMs: number[]) => {
  process.send?.('begun');
  const from = performance.now();
  for (const [slice, ms] of cpuMs.entries()) {
    await delay(Math.max(0, from + slice * sliceMs - performance.now()));
    const until = performance.now() + ms;
    while (performance.now() < until);
  }
});
process.on('disconnect', () => process.exit());
