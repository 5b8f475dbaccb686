import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPromtool } from '@punctual/devstack';
import { type AlertResult, runAlertDrill } from './alerts/alert-drill.ts';
import { runQuietMinutes } from './alerts/quiet.ts';
import { createDrills, type DrillResult } from './drill.ts';
import type { Fault } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { openLinearizability } from './history/linearizability.ts';
import { incidents } from './incidents/index.ts';
import { mutations } from './mutations/mutations.ts';
import { type MutationResult, runMutation } from './mutations/run-mutation.ts';
import { planByCoverage, planOnce } from './plan-runs.ts';
import {
  faultTable,
  incidentTable,
  mutationTable,
  printAlertHead,
  printAlertResult,
  printCoverage,
  printHead,
  printMutationResult,
  printResult,
  printSum,
} from './report.ts';
import { type DrillStack, startDrillStack } from './stack/drill-stack.ts';
import { enterMountNamespace } from './stack/mount-namespace.ts';
import type { Pace } from './stack/pace.ts';
import { stacksInTurn } from './stacks-in-turn.ts';

const usage = `Usage: npm run drills -- [--seed N] [--only FAULT]… [--minutes M] [--quick] [--json]
       npm run drills -- --alerts [--seed N] [--only FAULT|INCIDENT]… [--json]
       npm run drills -- --quiet-minutes M [--seed N] [--json]
       npm run drills -- --mutations [GUARD]… [--seed N] [--json]
       npm run drills -- --list
Faults: ${faults.map(({ name }) => name).join(' ')}
Incidents: ${incidents.map(({ name }) => name).join(' ')}
Guards: ${mutations.map(({ guard }) => guard).join(' ')}`;

const { values, positionals: guards } = readArguments();
const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
const say = (line: string) => values.json || console.log(line);

/** The faults that cannot be injected on this machine. */
const impossible = enterMountNamespace() ? [] : faults.filter(({ needsSmallDisk }) => needsSmallDisk);
const noMount = 'only root on Linux may give a server a small disk';

const runnable = values.alerts ? [...faults, ...incidents] : faults;
const unknown = [
  ...values.only.filter((name) => !runnable.some((fault) => fault.name === name)),
  ...guards.filter((name) => !values.mutations || !mutations.some(({ guard }) => guard === name)),
];
if (unknown.length > 0) refuse(`Unknown: ${unknown.join(', ')}`);
const numbers = [firstSeed, values.minutes, values['quiet-minutes'] ?? 1].map(Number);
if (impossible.some(({ name }) => values.only.includes(name))) refuse(`Not here: ${noMount}`);
if (numbers.some(Number.isNaN)) refuse('--seed, --minutes and --quiet-minutes take a number');

if (values.list) console.log([faultTable(faults), incidentTable(incidents), mutationTable(mutations)].join('\n\n'));
else process.exitCode = (await chooseRun()()) ? 0 : 1;

function chooseRun(): () => Promise<boolean> {
  if (values.mutations) return runMutations;
  if (values['quiet-minutes'] !== undefined) return () => runQuiet(Number(values['quiet-minutes']));
  return values.alerts ? runAlertDrills : runDrills;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        minutes: { type: 'string', default: '0' },
        quick: { type: 'boolean', default: false },
        alerts: { type: 'boolean', default: false },
        'quiet-minutes': { type: 'string' },
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

/** Runs each chosen fault once, or until `--minutes` are over those that have run least. */
async function runDrills(): Promise<boolean> {
  const pace: Pace = values.quick ? 'quick' : 'full';
  const chosen = chooseFaults(pace);
  const isTimed = Number(values.minutes) > 0;
  const stacks = stacksInTurn(async (onCluster, turn) => {
    const stack = await startDrillStack({ name: turn === 1 ? 'drills' : `drills-${turn}`, pace, onCluster, log: say });
    const findAnomalies = await openLinearizability(join(stack.folder, 'histories'), say);
    return { drill: createDrills(stack, pace, findAnomalies), stop: stack.stop };
  });
  const results: DrillResult[] = [];
  try {
    const until = performance.now() + Number(values.minutes) * 60_000;
    for (const { fault, seed } of isTimed ? planByCoverage(chosen, firstSeed) : planOnce(chosen, firstSeed)) {
      const { drill } = await stacks.for(fault);
      if (!values.json && results.length === 0) printHead();
      const result = await drill(fault, seed);
      results.push(result);
      if (!values.json) printResult(result);
      if (isTimed && performance.now() >= until) break;
    }
  } finally {
    await stacks.stop();
  }
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
  else {
    if (isTimed) printCoverage(chosen, results);
    printSum(results, pace);
  }
  return results.every(({ violations }) => violations.length === 0);
}

/** Those that `--only` names; otherwise all, without those that are left out for now or at this pace. */
function chooseFaults(pace: Pace): readonly Fault[] {
  if (values.only.length > 0) return faults.filter(({ name }) => values.only.includes(name));
  const unrepaired = faults.filter(({ knownToFail }) => knownToFail !== undefined);
  for (const { name, knownToFail } of unrepaired) say(`Left out: ${name}, since ${knownToFail}`);
  for (const { name } of impossible) say(`Left out: ${name}, since ${noMount}`);
  const onlyFull = pace === 'quick' ? faults.filter(({ isOnlyFull }) => isOnlyFull) : [];
  if (onlyFull.length > 0) say(`Only at full length: ${onlyFull.map(({ name }) => name).join(', ')}`);
  const leftOut = [...unrepaired, ...impossible, ...onlyFull];
  return faults.filter((fault) => !leftOut.includes(fault));
}

/** Runs each chosen fault and incident, and fails when other alerts fire than those listed, or later. */
async function runAlertDrills(): Promise<boolean> {
  const chosen = runnable
    .filter(({ name }) => values.only.length === 0 || values.only.includes(name))
    .filter((fault) => !impossible.some(({ name }) => name === fault.name));
  const stacks = stacksInTurn((onCluster, turn) =>
    startObservedStack(turn === 1 ? 'alerts' : `alerts-${turn}`, onCluster),
  );
  const results: AlertResult[] = [];
  try {
    for (const fault of chosen) {
      const stack = await stacks.for(fault);
      if (!values.json && results.length === 0) printAlertHead();
      const result = await runAlertDrill(stack, fault, firstSeed);
      results.push(result);
      if (!values.json) printAlertResult(result);
    }
  } finally {
    await stacks.stop();
  }
  const differing = results.filter(({ differences }) => differences.length > 0).length;
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
  else console.log(`${results.length} faults, ${differing} with other alerts than listed (seed ${firstSeed})`);
  return differing === 0;
}

async function runQuiet(minutes: number): Promise<boolean> {
  const stack = await startObservedStack('quiet');
  try {
    const { fired, commands } = await runQuietMinutes(stack, minutes, firstSeed);
    if (values.json) console.log(JSON.stringify({ minutes, commands, fired: Object.fromEntries(fired) }));
    for (const [alert, seconds] of fired) say(`${alert} fired after ${seconds.toFixed(0)} s`);
    say(`${minutes} minutes, ${commands} accepted commands, ${fired.size} alerts (seed ${firstSeed})`);
    return fired.size === 0;
  } finally {
    await stack.stop();
  }
}

async function startObservedStack(name: string, onCluster = false): Promise<DrillStack> {
  // The first run on a machine builds Prometheus, which takes minutes.
  await findPromtool({ log: say });
  return startDrillStack({ name, pace: 'full', observed: true, onCluster, log: say });
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
