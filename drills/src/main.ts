import { parseArgs } from 'node:util';
import { createDrills, type DrillResult } from './drill.ts';
import { faults } from './faults/index.ts';
import { mutations } from './mutations/mutations.ts';
import { type MutationResult, runMutation } from './mutations/run-mutation.ts';
import { faultTable, mutationTable, printHead, printMutationResult, printResult, printSum } from './report.ts';
import { startDrillStack } from './stack/drill-stack.ts';
import type { Pace } from './stack/pace.ts';

const usage = `Usage: npm run drills -- [--seed N] [--only FAULT]… [--minutes M] [--quick] [--json]
       npm run drills -- --mutations [GUARD]… [--seed N] [--json]
       npm run drills -- --list
Faults: ${faults.map(({ name }) => name).join(' ')}
Guards: ${mutations.map(({ guard }) => guard).join(' ')}`;

const { values, positionals: guards } = readArguments();
const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
const say = (line: string) => values.json || console.log(line);

const unknown = [
  ...values.only.filter((name) => !faults.some((fault) => fault.name === name)),
  ...guards.filter((name) => !values.mutations || !mutations.some(({ guard }) => guard === name)),
];
if (unknown.length > 0) refuse(`Unknown: ${unknown.join(', ')}`);
if (Number.isNaN(firstSeed) || Number.isNaN(Number(values.minutes))) refuse('--seed and --minutes take a number');

if (values.list) console.log(`${faultTable(faults)}\n\n${mutationTable(mutations)}`);
else process.exitCode = (await (values.mutations ? runMutations() : runDrills())) ? 0 : 1;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        minutes: { type: 'string', default: '0' },
        quick: { type: 'boolean', default: false },
        mutations: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(reason: string): never {
  console.error(`${reason}\n${usage}`);
  process.exit(2);
}

/** Runs each chosen fault once, or round after round with new seeds until `--minutes` are over. */
async function runDrills(): Promise<boolean> {
  const pace: Pace = values.quick ? 'quick' : 'full';
  const chosen = values.only.length > 0 ? faults.filter(({ name }) => values.only.includes(name)) : faults;
  const stack = await startDrillStack({ name: 'drills', pace, log: say });
  const results: DrillResult[] = [];
  try {
    const drill = createDrills(stack, pace);
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
    await stack.stop();
  }
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
  else printSum(results, pace);
  return results.every(({ violations }) => violations.length === 0);
}

async function runMutations(): Promise<boolean> {
  const results: MutationResult[] = [];
  for (const mutation of mutations.filter(({ guard }) => guards.length === 0 || guards.includes(guard))) {
    const result = await runMutation(mutation, firstSeed);
    results.push(result);
    if (!values.json) printMutationResult(result);
  }
  const caught = results.filter((result) => result.caught).length;
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
  else console.log(`${results.length} mutations, ${caught} caught`);
  return caught === results.length;
}
