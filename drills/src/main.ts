import { parseArgs } from 'node:util';
import { createDrills, type Result } from './drill.ts';
import type { Pace } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { printHead, printOutcome, printResult, printSum } from './report.ts';
import { chooseSabotages, type Outcome, runSabotage } from './sabotage/run-sabotages.ts';
import { startWorld } from './world.ts';

const usage = `npm run drills -- [--seed N] [--only NAME]… [--minutes M] [--quick] [--sabotage [GUARD]…] [--json]
faults: ${faults.map(({ name }) => name).join(' ')}
guards: ${chooseSabotages([])
  .map(({ guard }) => guard)
  .join(' ')}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    minutes: { type: 'string', default: '0' },
    quick: { type: 'boolean', default: false },
    sabotage: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const firstSeed = values.seed ? Number(values.seed) : Math.floor(Math.random() * 1e9);
const say = (line: string) => values.json || console.log(line);

const unknown = [
  ...values.only.filter((name) => !faults.some((fault) => fault.name === name)),
  ...positionals.filter((guard) => !values.sabotage || chooseSabotages([guard]).length === 0),
];
if (unknown.length > 0 || Number.isNaN(firstSeed + Number(values.minutes))) {
  console.error(`${unknown.length > 0 ? `There is no ${unknown.join(', ')}.\n` : ''}${usage}`);
  process.exit(2);
}
process.exitCode = (await (values.sabotage ? sabotageAll() : drillAll())) ? 0 : 1;

/** With minutes, round after round with new seeds until they are over; else one round. */
async function drillAll(): Promise<boolean> {
  const pace: Pace = values.quick ? 'quick' : 'full';
  const chosen = values.only.length > 0 ? faults.filter(({ name }) => values.only.includes(name)) : faults;
  const world = await startWorld({ name: 'drills', pace, log: say });
  const results: Result[] = [];
  try {
    const drill = createDrills(world, pace);
    const until = performance.now() + Number(values.minutes) * 60_000;
    if (!values.json) printHead();
    for (let seed = firstSeed; seed === firstSeed || performance.now() < until; seed += 1) {
      for (const fault of chosen) {
        const result = await drill(fault, seed);
        results.push(result);
        if (!values.json) printResult(result);
      }
    }
  } finally {
    await world.stop();
  }
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
  else printSum(results, pace);
  return results.every(({ violations }) => violations.length === 0);
}

async function sabotageAll(): Promise<boolean> {
  const outcomes: Outcome[] = [];
  for (const sabotage of chooseSabotages(positionals)) {
    const outcome = await runSabotage(sabotage, firstSeed);
    outcomes.push(outcome);
    if (!values.json) printOutcome(outcome);
  }
  const caught = outcomes.filter((outcome) => outcome.caught).length;
  if (values.json) console.log(JSON.stringify(outcomes, undefined, 2));
  else console.log(`${outcomes.length} guards taken out, ${caught} noticed`);
  return caught === outcomes.length;
}
