import { parseArgs } from 'node:util';
import { createDrills, type Result } from './drill.ts';
import type { Pace } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { printHead, printResult, printSum } from './report.ts';
import { startWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    only: { type: 'string', multiple: true },
    minutes: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const chosen = values.only ? faults.filter(({ name }) => values.only?.includes(name)) : faults;
if (chosen.length === 0) {
  console.error(`There is no such fault. There are: ${faults.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const pace: Pace = values.quick ? 'quick' : 'full';
const firstSeed = values.seed ? Number(values.seed) : Math.floor(Math.random() * 1e9);
const world = await startWorld({ name: 'drills', log: (line) => values.json || console.log(line) });
const drill = createDrills(world, pace);
const results: Result[] = [];
if (!values.json) printHead();
// With minutes, round after round with new seeds until they are over; else one round.
const until = performance.now() + Number(values.minutes ?? 0) * 60_000;
let seed = firstSeed;
do {
  for (const fault of chosen) {
    const result = await drill(fault, seed);
    results.push(result);
    if (!values.json) printResult(result);
  }
  seed += 1;
} while (performance.now() < until);
await world.stop();

if (values.json) console.log(JSON.stringify(results, undefined, 2));
else printSum(results);
process.exit(results.some(({ violations }) => violations.length > 0) ? 1 : 0);
